import { connect, createServer, type Server, type Socket } from 'node:net';

/** An address that leads to a server, like a load balancer or a DNS name. */
export type Forwarder = {
  port: number;
  node: string;
  /** From now on new connections lead there. Existing ones stay as they are, as with a hung server. */
  leadTo(port: number): void;
  /** Returns how many sockets are open on either side. */
  connections(): number;
  stop(): Promise<void>;
};

/** Opens an address on a port, or a free one (0), that leads to another port of this machine. */
export async function startForwarder(target: number, port = 0): Promise<Forwarder> {
  let to = target;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    return socket;
  };
  const server: Server = createServer((from) => {
    const onwards = keep(connect(to, '127.0.0.1'));
    keep(from).pipe(onwards).pipe(from);
    from.on('close', () => onwards.destroy());
    onwards.on('close', () => from.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const at = (server.address() as { port: number }).port;
  return {
    port: at,
    node: `127.0.0.1:${at}`,
    leadTo: (next) => {
      to = next;
    },
    connections: () => sockets.size,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
