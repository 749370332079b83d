import type { EventEmitter } from 'node:events';
import { Cluster, ReplyError } from 'ioredis';
import type { RedisClient } from './connect.ts';
import { refusalOf, refusalOfDatabase } from './refusals.ts';

/** A connection that was lost less than this ago may be back in a moment: worth waiting for. */
const blipMs = 500;

/** A connection, with the socket that the driver keeps to itself; a cluster's own has none. */
type Link = Pick<EventEmitter, 'on'> & { stream?: EventEmitter };

/** What a server says unasked before it closes: the driver drops what belongs to no command. */
const turnedAway = /^-((?:ERR max number of clients|DENIED)[^\r\n]*)/;

/** Follows which connections of a client are lost, and since when: its only one, or one to each node of a cluster. */
export function watchPresence(client: RedisClient) {
  const lostAt = new Map<unknown, number>();
  let lastError: Error | undefined;
  let wrongDatabase: Error | undefined;
  let saidAtTheDoor: Error | undefined;

  function follow(link: Link): void {
    link.on('ready', () => {
      lostAt.delete(link);
      saidAtTheDoor = undefined;
    });
    link.on('close', () => {
      if (!lostAt.has(link)) lostAt.set(link, performance.now());
    });
    link.on('error', (error: Error) => {
      lastError = error;
      if (!isCut(error)) saidAtTheDoor = undefined;
      // The driver goes on all the same, in database 0, where another platform's locks may be.
      if (refusalOf(error) === refusalOfDatabase) wrongDatabase = error;
    });
    link.on('connect', () => {
      wrongDatabase = undefined;
      link.stream?.once('data', (data: unknown) => {
        const said = turnedAway.exec(String(data))?.[1];
        if (said) saidAtTheDoor = new ReplyError(said);
      });
    });
  }

  lostAt.set(client, performance.now());
  follow(client);
  if (client instanceof Cluster) {
    client.on('+node', (node: Link) => {
      follow(node);
      node.on('close', () => lookForFailover(client));
    });
    client.on('-node', (node: unknown) => lostAt.delete(node));
  }

  return {
    /** Whether one that has not long been lost may be what a command has met. */
    isWorthWaiting(): boolean {
      const now = performance.now();
      return lostAt.size === 0 || [...lostAt.values()].some((since) => now - since < blipMs);
    },
    /** Why it could not be reached, if it can't. */
    reason: () => wrongDatabase ?? (lostAt.size > 0 ? (saidAtTheDoor ?? lastError) : undefined),
    /** Throws when nothing may be sent on the connection that there is. */
    check(): void {
      if (wrongDatabase) throw wrongDatabase;
    },
  };
}

/** A server that closes often cuts off what it has said, so one that says nothing this time has not changed its mind. */
const isCut = (error: Error) => 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');

/** Another node may have taken the slots over. When none of the known ones answers, the cluster may be elsewhere. */
function lookForFailover(cluster: Cluster): void {
  cluster.refreshSlotsCache((error) => {
    if (error && cluster.status === 'ready') cluster.disconnect(true);
  });
}
