import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { Clock } from '../../shared/async/clock.ts';
import { Failure, missing, refused } from './failure.ts';

export type Charge = Pick<
  Stripe.Charge,
  | 'id'
  | 'object'
  | 'amount'
  | 'amount_captured'
  | 'amount_refunded'
  | 'captured'
  | 'created'
  | 'currency'
  | 'disputed'
  | 'failure_code'
  | 'failure_message'
  | 'livemode'
  | 'metadata'
  | 'paid'
  | 'payment_intent'
  | 'payment_method'
  | 'refunded'
  | 'status'
>;

export type Intent = Pick<
  Stripe.PaymentIntent,
  | 'id'
  | 'object'
  | 'allowed_payment_method_types'
  | 'amount'
  | 'amount_capturable'
  | 'amount_received'
  | 'automatic_payment_methods'
  | 'canceled_at'
  | 'cancellation_reason'
  | 'capture_method'
  | 'client_secret'
  | 'confirmation_method'
  | 'created'
  | 'currency'
  | 'description'
  | 'livemode'
  | 'metadata'
  | 'next_action'
  | 'payment_method_types'
  | 'status'
> & {
  last_payment_error: object | null;
  latest_charge: Charge | null;
  payment_method: string | null;
};

export type Refund = Pick<
  Stripe.Refund,
  'id' | 'object' | 'amount' | 'created' | 'currency' | 'failure_reason' | 'metadata' | 'reason' | 'status'
> & { charge: string; payment_intent: string };

export type Dispute = Pick<
  Stripe.Dispute,
  | 'id'
  | 'object'
  | 'amount'
  | 'created'
  | 'currency'
  | 'is_charge_refundable'
  | 'livemode'
  | 'metadata'
  | 'reason'
  | 'status'
> & { charge: string; payment_intent: string };

export type EventType =
  | `payment_intent.${'created' | 'requires_action' | 'amount_capturable_updated' | 'succeeded' | 'payment_failed' | 'canceled'}`
  | 'charge.refunded'
  | `charge.dispute.${'created' | 'funds_withdrawn' | 'funds_reinstated' | 'closed'}`
  | 'charge.refund.updated'
  | 'refund.failed';

export type Event = {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: object };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: EventType;
};

/** The fake's state of payments; `emit` publishes a change, in the name of the request under way. */
export type Books = {
  intents: Map<string, Intent>;
  refunds: Map<string, Refund>;
  disputes: Map<string, Dispute>;
  events: Event[];
  /** Unix seconds. */
  now(): number;
  emit(type: EventType, object: Intent | Charge | Refund | Dispute): void;
  request: Event['request'];
};

/** The request that events of no request name. */
export const nobody: Event['request'] = { id: null, idempotency_key: null };

const apiVersion = '2026-10-28.endive';

export function openBooks(clock: Clock, heard: (event: Event) => void): Books {
  const books: Books = {
    intents: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    events: [],
    now: () => Math.floor(clock.now() / 1000),
    emit(type, object) {
      const event: Event = {
        id: newId('evt'),
        object: 'event',
        api_version: apiVersion,
        created: books.now(),
        data: { object: structuredClone(object.object === 'payment_intent' ? shown(object) : object) },
        livemode: false,
        pending_webhooks: 1,
        request: books.request,
        type,
      };
      books.events.push(event);
      heard(event);
    },
    request: nobody,
  };
  return books;
}

export const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;

/** An intent as responses show it: its charge only by its id, unless expanded. */
export const shown = (intent: Intent, expand = false): object =>
  expand ? intent : { ...intent, latest_charge: intent.latest_charge?.id ?? null };

export function intentOf(books: Books, id: string): Intent {
  const intent = books.intents.get(id);
  if (!intent) throw missing('payment_intent', id, 'intent', 404);
  return intent;
}

/** Throws unless something was charged. */
export function chargeOf(intent: Intent): Charge {
  const { latest_charge: charge } = intent;
  if (charge?.captured) return charge;
  throw refused(`PaymentIntent ${intent.id} has no successful charge`);
}

/** Throws unless the intent is in one of the states that `verb` needs. */
export function expectStatus(intent: Intent, verb: string, statuses: Intent['status'][]): void {
  if (statuses.includes(intent.status)) return;
  throw unexpectedState(
    intent,
    `A PaymentIntent that is ${intent.status} cannot be ${verb}; it must be ${statuses.join(', ')}`,
  );
}

export const unexpectedState = (intent: Intent, message: string): Failure =>
  new Failure(
    400,
    {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message,
      payment_intent: structuredClone(shown(intent)),
    },
    true,
  );
