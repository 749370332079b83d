import type { Db } from '../../../../shared/db/client.ts';
import type { WebhookEvents } from '../../domain/payment/webhook-events.ts';

const purgedAtOnce = 5000;

/** Events of the payment provider in PostgreSQL. */
export function postgresWebhookEvents({ sql, run }: Db): WebhookEvents {
  return {
    has: (id) => run(async () => (await sql`select from payment_notices where id = ${id}`).length > 0),

    record: ({ id, type }) =>
      run(async () => {
        await sql`insert into payment_notices (id, type) values (${id}, ${type}) on conflict do nothing`;
      }),

    purge: (keptMs) =>
      run(async () => {
        const { count } = await sql`
          delete from payment_notices where id in (
            select id from payment_notices where created_at <= now() - ${keptMs} * interval '1 ms'
            limit ${purgedAtOnce} for update skip locked)`;
        return count;
      }),
  };
}
