import type { EventEmitter } from 'node:events';
import { Cluster, ReplyError } from 'ioredis';
import { codeOf } from '../errors.ts';
import type { RedisClient } from './connect.ts';
import { refusalOf, refusalOfDatabase } from './refusals.ts';
import { PrimaryAway } from './sentinel.ts';
import { isWordless } from './speaks.ts';

/** A connection that was lost less than this ago may be back in a moment: worth waiting for. */
const blipMs = 500;

/** A connection, with the driver's private socket; a cluster's own has none. */
type Link = Pick<EventEmitter, 'on'> & { stream?: EventEmitter };

/** An unsolicited error of a server before it closes: the driver drops replies that belong to no command. */
const turnedAway = /^-((?:ERR max number of clients|DENIED)[^\r\n]*)/;

/**
 * Tracks the lost connections of a client, and since when: its only one, or one to each node of a cluster; and why they
 * are lost, as far as it is told. `bySentinel`: Sentinel names the server.
 */
export function createPresence(bySentinel: boolean) {
  const lostAt = new Map<unknown, number>();
  let lastError: Error | undefined;
  let wrongDatabase: Error | undefined;
  let saidAtTheDoor: Error | undefined;

  /** Of several errors the last one counts that tells something: also that nobody is there, so what was told is over. */
  function met(given: Error): void {
    forgetCommand(given);
    const error = bySentinel && isUnreachable(given) ? new PrimaryAway(given) : given;
    const tells = refusalOf(error)?.reason !== undefined || (isUnreachable(error) && !isWordless(error));
    if (tells || refusalOf(lastError)?.reason === undefined) lastError = error;
  }

  function followLink(link: Link): void {
    link.on('ready', () => {
      lostAt.delete(link);
      lastError = undefined;
      saidAtTheDoor = undefined;
    });
    link.on('close', () => {
      if (!lostAt.has(link)) lostAt.set(link, performance.now());
    });
    link.on('error', (error: Error) => {
      met(error);
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

  function follow(client: RedisClient): void {
    lostAt.set(client, performance.now());
    followLink(client);
    if (!(client instanceof Cluster)) return;
    client.on('+node', (node: Link) => {
      followLink(node);
      node.on('close', () => lookForFailover(client));
    });
    client.on('-node', (node: unknown) => lostAt.delete(node));
  }

  return {
    follow,
    met,
    /** Returns whether a command may have met a connection that was lost a moment ago. */
    isWorthWaiting(): boolean {
      const now = performance.now();
      return lostAt.size === 0 || [...lostAt.values()].some((since) => now - since < blipMs);
    },
    /** Returns why the server can't be reached, if so. */
    reason: () => wrongDatabase ?? (lostAt.size > 0 ? (saidAtTheDoor ?? lastError) : undefined),
    /** Throws when nothing may be sent on the connection that there is. */
    check(): void {
      if (wrongDatabase) throw wrongDatabase;
    },
  };
}

/** A closing server often cuts off its error, so a silent close does not mean that the reason has gone. */
const isCut = (error: Error) => ['EPIPE', 'ECONNRESET'].includes(codeOf(error));

const isUnreachable = (error: Error) => unreachable.has(codeOf(error));

const unreachable = new Set<unknown>(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT']);

/** The driver keeps what was sent with an error, which is the password if a login is refused; a log may show it. */
function forgetCommand(error: Error): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ('command' in at) delete at.command;
}

/** Another node may have taken the slots over. When none of the known ones responds, the cluster may be elsewhere. */
function lookForFailover(cluster: Cluster): void {
  cluster.refreshSlotsCache((error) => {
    if (error && cluster.status === 'ready') cluster.disconnect(true);
  });
}
