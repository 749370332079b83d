/** A way to a server that can be made slow or broken, through the Toxiproxy at TOXIPROXY_URL. */
export type FaultyWay = {
  host: string;
  port: number;
  /** Delays every response. */
  slow(ms: number): Promise<void>;
  /** Resets every connection, and each new one as soon as something is sent. */
  reset(): Promise<void>;
  /** Removes the delays and resets. */
  heal(): Promise<void>;
  remove(): Promise<void>;
};

export async function proxyTo(name: string, upstream: string): Promise<FaultyWay> {
  const made = await call('POST', '/proxies', { name, upstream, listen: '127.0.0.1:0', enabled: true });
  const { listen } = (await made.json()) as { listen: string };
  const [host = '', port = ''] = listen.split(':');
  const toxics = `/proxies/${name}/toxics`;
  const add = async (toxic: { type: string; attributes: Record<string, number> }, streams: string[]) => {
    for (const stream of streams) await call('POST', toxics, { ...toxic, name: `${toxic.type}-${stream}`, stream });
  };
  return {
    host,
    port: Number(port),
    slow: (latency) => add({ type: 'latency', attributes: { latency } }, ['downstream']),
    reset: () => add({ type: 'reset_peer', attributes: { timeout: 0 } }, ['upstream', 'downstream']),
    async heal() {
      const found = (await (await call('GET', toxics)).json()) as { name: string }[];
      for (const toxic of found) await call('DELETE', `${toxics}/${toxic.name}`);
    },
    remove: async () => void (await call('DELETE', `/proxies/${name}`)),
  };
}

async function call(method: string, path: string, body?: object): Promise<Response> {
  const base = process.env.TOXIPROXY_URL;
  if (!base) throw new Error('TOXIPROXY_URL names no Toxiproxy');
  const response = await fetch(`${base}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
