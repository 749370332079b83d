import { Agent, request } from 'node:http';
import { sleep } from '../../shared/async/clock.ts';

export type Answer = { status: number; body: string; asked?: string };

/** The results of a load: responses by status, and failures. */
export type Seen = { answered: number; statuses: Record<number, number>; failures: string[] };

/**
 * Sends requests to replicas in turn as a load balancer does: a replica that refuses a connection is skipped, as it has
 * not seen the request; every other error is a failure. `replicas` may change meanwhile.
 */
export function balancer(replicas: () => string[]) {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  async function send(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let tries = 0; tries < 200; tries++) {
      const urls = replicas();
      const url = urls[turn++ % Math.max(1, urls.length)];
      const answer = url ? await ask(agent, method, `${url}${path}`, body) : undefined;
      if (answer) return { ...answer, asked: `${method} ${path}` };
      await sleep(5);
    }
    throw new Error(`no replica takes ${method} ${path}`);
  }

  return { send, close: () => agent.destroy() };
}

/** Returns undefined when nobody listens there. */
function ask(agent: Agent, method: string, url: string, body: unknown): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'Content-Type': 'application/json' };
    const sent = request(url, { method, agent, headers, timeout: 20_000 }, (response) => {
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        said += part;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: said }));
      response.once('error', reject);
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in 20 s')));
    sent.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(new Error(`${method} ${url}: ${error.message}`)),
    );
    sent.end(text);
  });
}

/** Keeps `clients` busy with `work` until stopped, each with its next piece when the last has ended. */
export function keepBusy(clients: number, work: () => Promise<Answer>) {
  const seen: Seen = { answered: 0, statuses: {}, failures: [] };
  let stopped = false;
  const busy = Array.from({ length: clients }, async () => {
    while (!stopped) {
      try {
        const { status, body, asked } = await work();
        seen.answered++;
        seen.statuses[status] = (seen.statuses[status] ?? 0) + 1;
        if (status >= 500) seen.failures.push(`${asked}: ${status} ${body}`);
      } catch (error) {
        seen.failures.push(String(error));
      }
    }
  });
  return {
    seen,
    async stop(): Promise<Seen> {
      stopped = true;
      await Promise.all(busy);
      return seen;
    },
  };
}
