import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { codeOf, readDocuments, root } from '../../scripts/documents.ts';
import { named, render } from './manifests.ts';
import { counted } from './report.ts';

const documents = await readDocuments();
const production = (await render(join(root, 'k8s/overlays/prod'))).map(named);
let workloads = 0;

describe.each(documents)('%s', (_, text) => {
  test('names only workloads that exist', () => {
    const code = codeOf(text).join('\n');
    for (const [, kind, name] of code.matchAll(/\b(deployment|job|hpa)[/ ](onsale-[\w-]+)/g)) {
      const kindOf = { deployment: 'Deployment', job: 'Job', hpa: 'HorizontalPodAutoscaler' }[kind!];
      expect(production).toContain(`${kindOf} ${name}`);
      workloads++;
    }
  });
});

afterAll(() => counted(`documents: ${workloads} workloads in ${documents.length} pages`));
