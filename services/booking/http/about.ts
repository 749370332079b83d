import type { About } from '../../../shared/http/docs.ts';

export const about: About = {
  title: 'Onsale booking',
  description: `Holds seats, takes the money, and sells.

1. Hold seats: \`holdSeats\` (several of an event, all or none), or \`reserveTicket\` (one).
2. Pay and book: \`placeOrder\` for a reservation, \`confirmTicket\` for a single ticket.
3. Give back: \`releaseReservation\` before the sale, \`refundOrder\` after it.

A hold lasts 15 minutes by default (TICKET_LOCK_TTL_SECONDS). Prices are whole numbers of minor units, times are UTC.
Where the platform checks who asks, \`user_uuid\` is the \`sub\` of the token.

The examples are about the demo data and the sandbox that \`npm start\` brings. At the sandbox any payment method pays, but
\`00000000-0000-4000-8000-000000000002\` is declined and \`00000000-0000-4000-8000-000000000005\` waits for its buyer to
approve. Operation is at \`/livez\`, \`/readyz\` and \`/metrics\`.`,
  tags: [
    { name: 'Tickets', description: 'One ticket at a time: hold it, then pay for it' },
    { name: 'Reservations', description: 'Several seats of one event, held together' },
    { name: 'Orders', description: 'Seats that are paid for, and given back' },
    { name: 'Events', description: 'What organisers do with an event that sells: cancel it, postpone it, move it' },
    { name: 'Sales', description: 'What organisers see of their sales' },
    { name: 'Payment methods', description: 'What buyers pay with, by the payment provider’s name for it' },
    { name: 'Sandbox', description: 'The buyer’s bank, played by whoever tries the platform out' },
    { name: 'Webhooks', description: 'What the payment provider tells by itself' },
  ],
};
