import type { Author } from '../../../../shared/audit/audit-log.ts';
import { eventNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { notFrom } from './errors.ts';
import type { EventChange, EventMoment } from './event.ts';
import type { Operation } from './operation.ts';
import { mustManageEvent } from './organised-event.ts';

export type Cancellation = { eventUuid: string; operationUuid: string; reason: string | null };

/**
 * Cancels an event, for good: its sale stops at once, in every process, and an operation gives each buyer the money
 * back. Returns the operation; the same one when it is repeated with its uuid.
 *
 * A cancelled event may be cancelled again if it keeps money that no operation gives back, such as one that was
 * cancelled by SQL. Otherwise throws `event_cancelled`, or `event_not_published` for a draft; and as `mustManageEvent`.
 */
export async function cancelEvent(
  ports: Pick<Ports, 'eventChanges' | 'operations' | 'feed'>,
  author: Author,
  { eventUuid, operationUuid, reason }: Cancellation,
): Promise<Operation> {
  const { eventChanges, operations, feed } = ports;
  await mustManageEvent(ports, { actor: author.actor, eventUuid });
  const before = await operations.find(operationUuid);
  if (before) return before;
  const refunds = { operationUuid, reason };
  const request = { eventUuid, action: 'event.cancelled', author };
  if (!(await eventChanges.change(request, (moment) => ({ ...cancelled(moment), refunds })))) throw eventNotFound();
  feed.publish(eventUuid);
  return (await operations.find(operationUuid))!;
}

function cancelled({ event, keepsMoney }: EventMoment): EventChange {
  if (event.status === 'draft') throw notFrom(event.status);
  if (event.status === 'cancelled' && !keepsMoney) throw notFrom(event.status);
  return { status: 'cancelled' };
}
