import { sleep } from '../../shared/async/clock.ts';
import {
  postgresConfig,
  postgresVariables,
  redisConfig,
  redisVariables,
  serverVariables,
} from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import { inPostgres } from '../../shared/process/failures.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { type Command, type Env, takesNothing } from '../../shared/process/program.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { postgresBooks } from './adapters/postgres/books.ts';
import { postgresOrderHistories } from './adapters/postgres/order-histories.ts';
import { postgresPaymentMethods } from './adapters/postgres/payment-methods.ts';
import { paymentVariables, sweepTimes, sweepVariables } from './config.ts';
import { auditLive } from './domain/audit/audit.ts';
import { openPayments } from './payments.ts';

/** The commands of the booking binary. */
export const commands: Record<string, Command> = {
  audit: {
    usage: [
      [
        'audit',
        'prove the books from the database and the payment provider; exits with 1 and the rows if they are wrong',
      ],
    ],
    run: runAudit,
  },
  order: {
    usage: [['order UUID', 'print the history of an order: its steps, with how its payment stood and why']],
    run: runOrder,
  },
};

/** Long enough for a sale between two writes to finish. */
const pauseMs = 3000;
/** The sweep runs every few seconds, and may have more than one batch to do. */
const sweepMarginMs = 60_000;
const shown = 100;

export async function runAudit(args: string[], env: Env, wait = sleep): Promise<void> {
  takesNothing('booking audit', args);
  const { SERVER_MODE } = serverVariables;
  const variables = { SERVER_MODE, ...postgresVariables, ...redisVariables, ...sweepVariables, ...paymentVariables };
  const config = readConfig(variables, env);
  const redisAt = redisConfig(config);
  const redis = redisAt && openRedis(redisAt);
  const database = postgresConfig(config, 'onsale-tools');
  const db = openDb(database, { max: 2, deadlineMs: 300_000 });
  try {
    await inPostgres(database, db.ping);
    const locks = redis ? redisTicketLocks(redis) : postgresTicketLocks(db);
    const deps = {
      books: postgresBooks(db),
      payments: openPayments(config, db, postgresPaymentMethods(db)).payments,
      locks,
    };
    const times = sweepTimes(config);
    const ageMs = times.ageMs + sweepMarginMs;
    const { actionMs } = times;
    const findings = await auditLive(deps, { ageMs, actionMs, pauseMs, sleep: wait });
    for (const { rule, uuid, detail } of findings.slice(0, shown)) console.log(`${rule}: ${uuid}: ${detail}`);
    if (findings.length > shown) console.log(`… and ${findings.length - shown} more`);
    console.log(findings.length === 0 ? 'The books are right.' : `The books are wrong in ${findings.length} places.`);
    if (findings.length > 0) process.exitCode = 1;
  } finally {
    await Promise.all([db.close(), redis?.close()]);
  }
}

async function runOrder(args: string[], env: Env): Promise<void> {
  const [uuid, ...more] = args;
  if (!uuid || more.length > 0) throw new UsageError('booking order takes the uuid of one order');
  const database = postgresConfig(readConfig(postgresVariables, env), 'onsale-tools');
  const db = openDb(database, { max: 1 });
  try {
    const history = await inPostgres(database, () => postgresOrderHistories(db).read(uuid.toLowerCase()));
    if (!history) throw new UsageError(`There is no order ${uuid}`);
    const { status, userUuid, total, currency, payment, steps } = history;
    const by = payment.provider;
    console.log(`Order ${uuid} is ${status}: ${total} minor units of ${currency}, of user ${userUuid}, by ${by}`);
    for (const { at, order, payment, refund, cause } of steps) {
      console.log(`${at}  order ${order}, payment ${payment}${refund ? `, refund ${refund}` : ''}: ${cause}`);
    }
  } finally {
    await db.close();
  }
}
