import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { sandboxMethods } from './adapters/sandbox/sandbox-payments.ts';
import { commands, runAudit } from './cli.ts';
import { createOrder, reserveTickets, type Sale, startSale } from './testing.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

/** The output of `booking audit`, its exit code, and how long it waited; `meanwhile` happens in its pause. */
async function audit(env: Record<string, string> = {}, meanwhile: () => Promise<unknown> = async () => {}) {
  const said: string[] = [];
  const waitedMs: number[] = [];
  const log = spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  try {
    await runAudit([], { ...postgresEnv(sale.config), ...env }, async (ms) => {
      waitedMs.push(ms);
      await meanwhile();
    });
    return { said, waitedMs, exitCode: process.exitCode ?? 0 };
  } finally {
    log.mockRestore();
    process.exitCode = 0;
  }
}

const right = { said: ['The books are right.'], waitedMs: [], exitCode: 0 };

async function pending(age: string, methodUuid: string = sandboxMethods.lostRequest) {
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: tickets });
  const { uuid } = await createOrder(sale.deps, { reservationUuid, methodUuid });
  await sale.sql`update orders set created_at = now() - ${age}::interval where uuid = ${uuid}`;
  return uuid;
}

describe('booking audit', () => {
  test('reports that the books are right', async () => {
    expect(await audit()).toEqual(right);
  });

  test('takes no arguments', async () => {
    await expect(commands.audit!.run(['now'], postgresEnv(sale.config))).rejects.toThrow(UsageError);
  });

  test('prints findings that stay after a moment: the first hundred, and the number of the rest', async () => {
    const { tickets } = await makeEvent(sale.sql, { seats: 103 });
    const book = (status: string) => sale.sql`update tickets set status = ${status} where uuid = any(${tickets})`;
    await book('booked');
    const { said, waitedMs, exitCode } = await audit();
    expect([said.length, waitedMs, exitCode]).toEqual([102, [3000], 1]);
    expect(said[0]).toMatch(/^booked without a paid order: [\w-]{36}: order none$/);
    expect(said.slice(-2)).toEqual(['… and 3 more', 'The books are wrong in 103 places.']);
    expect(await audit({}, () => book('available'))).toEqual({ ...right, waitedMs: [3000] });
  });

  test.each([
    ['an order without an answer', undefined, '110 seconds', '130 seconds', {}],
    ['one, where a sweep comes sooner', undefined, '65 seconds', '75 seconds', { PAYMENT_SWEEP_AFTER: '10s' }],
    ['one that waits for its buyer', sandboxMethods.requiresAction, '11 minutes', '13 minutes', {}],
    ['one, for less', sandboxMethods.requiresAction, '3 minutes', '5 minutes', { PAYMENT_ACTION_TIMEOUT: '2m' }],
  ])('leaves %s to the sweep for its time, and a minute', async (_, method, young, old, env) => {
    const uuid = await pending(young, method);
    expect(await audit(env)).toEqual(right);
    await sale.sql`update orders set created_at = now() - ${old}::interval where uuid = ${uuid}`;
    const { said, exitCode } = await audit(env);
    expect([said[0], said[1], exitCode]).toEqual([
      expect.stringContaining(`order pending for too long: ${uuid}: since `),
      'The books are wrong in 1 places.',
      1,
    ]);
    await sale.sweep();
  });
});

describe('booking order', () => {
  const order = async (uuid: string) => {
    const said: string[] = [];
    const log = spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
    await commands.order!.run([uuid], postgresEnv(sale.config)).finally(() => log.mockRestore());
    return said;
  };

  test('prints the steps of an order, the oldest first', async () => {
    const uuid = await pending('2 minutes');
    await sale.sweep();
    const at = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z  ';
    expect(await order(uuid)).toEqual([
      expect.stringMatching(
        new RegExp(`^Order ${uuid} is failed: 35000 minor units of USD, of user [\\w-]{36}, by sandbox$`),
      ),
      expect.stringMatching(new RegExp(`^${at}order pending, payment pending: claimed$`)),
      expect.stringMatching(new RegExp(`^${at}order failed, payment voided: payment voided$`)),
    ]);
  });

  test('reports an unknown order', async () => {
    await expect(order(randomUUID())).rejects.toThrow(UsageError);
  });
});
