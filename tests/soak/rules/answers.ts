import type { Rule } from './rule.ts';

/** The valid responses of each request, by status and stable code; 0 is no response, while a process dies. */
const away = ['0', '503 unavailable'];
/** A show is not on sale yet, or postponed, or cancelled. */
const offSale = ['409 not_on_sale', '409 event_postponed', '409 event_cancelled'];
/** A show has nothing left of this kind: the uses of its code, the tickets at its rate. */
const usedUp = ['409 code_used_up', '409 rate_sold_out'];
const done = ['200', '201', '202', ...away];
const foreseen: Record<string, string[]> = {
  reserve: ['200', '409 ticket_not_available', '409 sales_ended', ...offSale, ...away],
  register: ['201', ...away],
  confirm: [
    '200',
    '402 payment_declined',
    '402 payment_requires_action',
    '409 ticket_not_reserved',
    '409 sales_ended',
    ...offSale,
    '422 amount_not_chargeable',
    '503 payment_pending',
    ...away,
  ],
  hold: ['201', '409 ticket_not_available', '409 sales_ended', ...offSale, ...usedUp, ...away],
  'hold the best': ['201', '409 ticket_not_available', '409 sales_ended', ...offSale, ...usedUp, ...away],
  'see a reservation': ['200', ...away],
  release: ['204', '409 reservation_sold', ...away],
  extend: ['200', '409 reservation_expired', '409 reservation_extended', '409 sales_ended', ...offSale, ...away],
  order: [
    ...['201', '202', '402 payment_declined', '422 amount_not_chargeable', '409 reservation_expired'],
    ...['409 ticket_not_available', '409 sales_ended', '409 request_in_progress', '503 payment_pending', ...offSale],
    ...away,
  ],
  approve: ['200', '404 order_not_found', ...away],
  'see an order': ['200', ...away],
  'list orders': ['200', ...away],
  refund: ['201', '202', '409 order_not_refundable', '409 event_begun', '409 request_in_progress', ...away],
  ...Object.fromEntries(
    ['venues', 'plans', 'events', 'presales', 'codes', 'publish', 'prices', 'offer', 'see', 'release a hold-back']
      .concat('postpone', 'reschedule', 'cancel')
      .map((deed) => [`organiser: ${deed}`, [...done, '409 request_in_progress']]),
  ),
};

export const answerRules: Record<string, Rule> = {
  'every response is one that the contract foresees: no 500, no 404 of what is there': ({ answers }) =>
    [...answers].flatMap(([answer, times]) => {
      const [, request = '', said = ''] = /^(.*?) (\d+(?: \w+)?)$/.exec(answer) ?? [];
      return foreseen[request]?.includes(said) ? [] : [`${answer}, ${times} times`];
    }),

  'all responses under one key are the same, but that it was accepted first': ({ orders, refunds }) =>
    [...orders.values(), ...refunds.values()]
      .map(({ key, told }) => ({ key, final: told.filter(({ status }) => status !== 202) }))
      .filter(({ final }) => final.length > 1)
      .map(({ key, final }) => `${key}: ${final.map(({ status, text }) => `${status} ${text}`).join(', and ')}`),

  'an accepted request gets a new response once it has ended': ({ repeated }) =>
    repeated
      .filter(({ status, before, uuid }) => status === 202 && before === uuid)
      .map(({ key, uuid }) => `${key}: ${uuid} is still said to be under way`),

  'every key got a response in the end': ({ orders, refunds }) =>
    [...orders.values(), ...refunds.values()].filter(({ told }) => told.length === 0).map(({ key }) => key),

  'no reservation was extended twice': ({ extended }) =>
    [...extended].filter(([, times]) => times > 1).map(([uuid, times]) => `${uuid}, ${times} times`),
};
