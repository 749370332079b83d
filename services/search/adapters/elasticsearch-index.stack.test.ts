import { randomBytes } from 'node:crypto';
import { elasticsearchConfig, elasticsearchVariables, readConfig } from '../../../shared/config.ts';
import { stackAddress } from '../../../shared/testing/stack.ts';
import { elasticsearchIndex } from './elasticsearch-index.ts';
import { searchIndexConformance } from './search-index.conformance.ts';

const address = stackAddress('ELASTICSEARCH_ADDR');

function configOf(index: string, nodes = address) {
  return elasticsearchConfig(
    readConfig(elasticsearchVariables, { ELASTICSEARCH_ADDR: nodes, ELASTICSEARCH_INDEX: index }),
  )!;
}

searchIndexConformance('Elasticsearch', async () => {
  const config = configOf(`test-${randomBytes(6).toString('hex')}`);
  const index = elasticsearchIndex(config);
  return {
    index,
    close: async () => {
      await removeAll(config.index);
      await index.close();
    },
  };
});

async function removeAll(name: string) {
  const found = (await (await fetch(`${address}/${name}.*`)).json()) as object;
  for (const index of Object.keys(found)) await fetch(`${address}/${index}`, { method: 'DELETE' });
}
