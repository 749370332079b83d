import type { Db } from '../../../../shared/db/client.ts';
import type { PaymentMethods } from '../../domain/payment/payment-methods.ts';

/** Payment methods in PostgreSQL. */
export function postgresPaymentMethods({ sql, run }: Db): PaymentMethods {
  return {
    add: ({ userUuid, reference }) =>
      run(async () => {
        const [row] = await sql<{ uuid: string }[]>`
          insert into payment_methods (user_uuid, reference) values (${userUuid}, ${reference})
          on conflict (user_uuid, reference) do update set reference = excluded.reference returning uuid`;
        return row!.uuid;
      }),

    referenceOf: ({ uuid, userUuid }) =>
      run(async () => {
        const [row] = await sql<{ reference: string }[]>`
          select reference from payment_methods where uuid = ${uuid} and user_uuid = ${userUuid}`;
        return row?.reference;
      }),
  };
}
