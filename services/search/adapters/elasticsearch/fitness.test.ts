import { afterEach, describe, expect, test } from 'bun:test';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { isAppError, reasonOf } from '../../../../shared/errors.ts';
import type { Login } from '../../elasticsearch-config.ts';
import { type ElasticsearchIndex, elasticsearchIndex } from './elasticsearch-index.ts';
import { searchBody } from './query.ts';

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

/** An index behind a server that responds as `answer` says. */
async function start(answer: (request: IncomingMessage, response: ServerResponse) => void, login?: Login) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const index = elasticsearchIndex({ nodes: [`http://127.0.0.1:${port}`], index: 'test', login });
  closes.push(index.close);
  return index;
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const elastic = { 'x-elastic-product': 'Elasticsearch' };

/** The response of Elasticsearch 8 to a driver of 9. */
const mediaType = {
  error: { type: 'media_type_header_exception', reason: 'A compatible version is required on Accept header' },
  status: 400,
};

const searches = (index: ElasticsearchIndex) => ({
  search: () => index.search({ text: 'gala', now: 0, size: 10 }),
  generation: () => index.generation(),
  apply: () => index.apply({ upserts: [], deletes: [1], version: 1n }),
  isBuilt: () => index.isBuilt(),
});

async function expectReason(index: ElasticsearchIndex, reason: string): Promise<void> {
  for (const [name, call] of Object.entries(searches(index))) {
    const failure = await call().catch((error: unknown) => error);
    expect([name, isAppError(failure, 'unavailable'), reasonOf(failure)]).toEqual([name, true, reason]);
  }
}

describe('an unfit server is named in a sentence, and is unavailable to callers:', () => {
  test('Elasticsearch 8', async () => {
    const index = await start(({ url, headers }, response) => {
      if (`${headers.accept} ${headers['content-type']}`.includes('compatible-with=9'))
        json(response, 400, mediaType, elastic);
      else json(response, 200, url === '/' ? { version: { number: '8.15.0' } } : {}, elastic);
    });
    await expectReason(index, 'Elasticsearch 9 or newer is needed; this is Elasticsearch 8.15.0');
  });

  test('OpenSearch', async () => {
    const version = { distribution: 'opensearch', number: '3.2.0' };
    const index = await start((_, response) => json(response, 200, { version }));
    await expectReason(index, 'Elasticsearch 9 or newer is needed; this is OpenSearch 3.2.0');
  });

  test('an Elasticsearch too old to name itself', async () => {
    const index = await start((_, response) => json(response, 200, { version: { number: '7.10.2' } }));
    await expectReason(index, 'Elasticsearch 9 or newer is needed; this is Elasticsearch 7.10.2');
  });

  test('anything else', async () => {
    const index = await start((_, response) => json(response, 200, { version: { number: '<script>' } }));
    await expectReason(index, 'Elasticsearch 9 or newer is needed; this is another server');
  });

  test('Elasticsearch Serverless', async () => {
    const version = { number: '9.4.0', build_flavor: 'serverless' };
    const index = await start((_, response) => json(response, 200, { version }, elastic));
    await expectReason(index, 'Elasticsearch 9 or newer is needed; this is Elasticsearch Serverless');
  });

  const key: Login = { authorization: () => 'ApiKey hush', names: 'ELASTICSEARCH_API_KEY' };

  test('an Elasticsearch that wants a login, or another', async () => {
    const answer = (_: unknown, response: ServerResponse) =>
      json(response, 401, { error: 'security_exception' }, elastic);
    await expectReason(
      await start(answer),
      'Elasticsearch asks for a login: set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD',
    );
    await expectReason(await start(answer, key), 'Elasticsearch does not take the login in ELASTICSEARCH_API_KEY');
  });

  test.each([
    ['no more', ''],
    [
      'action [indices:admin/create] is unauthorized for API key id [hush], this action is granted by the index privileges [create_index,manage,all]',
      ': it lacks the index privilege create_index',
    ],
    [
      'action [cluster:monitor/health] is unauthorized, this action is granted by the cluster privileges [monitor,all]',
      ': it lacks the cluster privilege monitor',
    ],
  ])('an Elasticsearch that does not let its user, and says %s', async (reason, lacking) => {
    const error = { type: 'security_exception', reason };
    const index = await start((_, response) => json(response, 403, { error }, elastic), key);
    await expectReason(
      index,
      `Elasticsearch does not let the login in ELASTICSEARCH_API_KEY do what is needed${lacking}`,
    );
  });
});

test('a login that is taken again is used without a restart', async () => {
  let known = 'ApiKey old';
  const login: Login = { authorization: () => 'ApiKey new', names: 'ELASTICSEARCH_API_KEY' };
  const index = await start(({ url, headers }, response) => {
    const found = url === '/' ? { version: { number: '9.4.3' } } : {};
    json(response, headers.authorization === known ? 200 : 401, found, elastic);
  }, login);
  expect(reasonOf(await index.isBuilt().catch((error) => error))).toContain('does not take the login');
  known = 'ApiKey new';
  expect(await index.isBuilt()).toBe(false);
});

test('a newer server in its place is used without a restart', async () => {
  let number = '8.15.0';
  const index = await start(({ url }, response) => {
    const found = { test: { aliases: { test: {}, 'test.write.x': {} } } };
    json(response, 200, url === '/' ? { version: { number } } : found, elastic);
  });
  expect(reasonOf(await index.isBuilt().catch((error) => error))).toContain('8.15.0');
  number = '9.4.3';
  expect(await index.isBuilt()).toBe(true);
});

test('a search that is too much for a server says what to do', async () => {
  const cause = { type: 'too_many_nested_clauses', reason: 'Query contains too many nested clauses' };
  const index = await start(({ url }, response) => {
    if (url === '/') json(response, 200, { version: { number: '9.4.3' } }, elastic);
    else if (url?.includes('/_mget')) json(response, 200, { docs: [] }, elastic);
    else if (url?.startsWith('/test/_pit')) json(response, 200, { id: 'view' }, elastic);
    else if (url?.startsWith('/_search')) json(response, 500, { error: { ...cause, root_cause: [cause] } }, elastic);
    else json(response, 404, {}, elastic);
  });
  const failure = await index.search({ text: 'gala', now: 0, size: 10 }).catch((error) => error);
  expect([isAppError(failure, 'invalid_request'), failure.message]).toEqual([
    true,
    'Search for fewer or shorter words',
  ]);
});

test('a search whose near words are too many to list is made without that', async () => {
  const error = { type: 'too_many_nested_clauses', reason: 'Query contains too many nested clauses' };
  const index = await start(async (request, response) => {
    const { url } = request;
    if (url === '/') json(response, 200, { version: { number: '9.4.3' } }, elastic);
    else if (url?.includes('/_mget')) json(response, 200, { docs: [] }, elastic);
    else if (url?.startsWith('/test/_pit')) json(response, 200, { id: 'view' }, elastic);
    else if (url?.startsWith('/_search')) {
      if ((await textOf(request)).includes('top_terms')) json(response, 500, { error }, elastic);
      else json(response, 200, { hits: { total: { value: 0 }, hits: [] } }, elastic);
    } else json(response, 404, {}, elastic);
  });
  expect(await index.search({ text: 'galla', now: 0, size: 10 })).toEqual({ hits: [], total: 0 });
});

test('no query has more clauses than the smallest server takes', () => {
  for (let words = 1; words <= 100; words++) {
    const text = Array.from({ length: words }, (_, n) => `words${'abcdefghij'[n % 10]}${'klmnopqrst'[n % 7]}s`).join(
      ' ',
    );
    const clauses = JSON.stringify(searchBody({ text, now: 0, size: 10 }, 'view')).split('constant_score').length - 1;
    expect(clauses).toBeGreaterThan(10);
    expect(clauses).toBeLessThanOrEqual(1000);
  }
});
