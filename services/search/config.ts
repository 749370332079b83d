import { type Values, v } from '../../shared/config/environment.ts';

export const elasticsearchVariables = {
  ELASTICSEARCH_ADDR: v.urls(
    'Elasticsearch 9 (http://user:password@host:port) for the search index; several with commas are nodes of one cluster. Without it the index lives in the search process',
  ),
  ELASTICSEARCH_INDEX: v.matching(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    'must be up to 100 small letters, digits, - and _, not beginning with - or _',
    'onsale-events',
    'Name of the index in Elasticsearch; each platform on one cluster needs its own',
  ),
};

/** Where Elasticsearch is, as http(s) addresses that may carry a user and password, and the name of the index there. */
export type ElasticsearchConfig = { nodes: string[]; index: string };

/** Elasticsearch’s part of a service’s variables; undefined when there is none. */
export function elasticsearchConfig(values: Values<typeof elasticsearchVariables>): ElasticsearchConfig | undefined {
  const nodes = values.ELASTICSEARCH_ADDR;
  return nodes.length === 0 ? undefined : { nodes, index: values.ELASTICSEARCH_INDEX };
}
