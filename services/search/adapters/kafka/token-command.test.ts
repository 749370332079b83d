import { describe, expect, test } from 'bun:test';
import { endOf, tokenSource, tokensOf } from './token-command.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64url');
const jwt = (claims: object) => `${base64('{"alg":"none"}')}.${base64(JSON.stringify(claims))}.`;

describe('the end of a token', () => {
  test.each([
    ['a JWT with exp', jwt({ exp: 1_800_000_000 }), 1_800_000_000_000],
    ['a JWT without', jwt({ sub: 'seller' }), undefined],
    [
      'an address that AWS has signed',
      base64('https://kafka.eu-1.amazonaws.com/?Action=x&X-Amz-Date=20261127T101500Z&X-Amz-Expires=900'),
      Date.parse('2026-11-27T10:30:00Z'),
    ],
    ['any other', 'opaque', undefined],
  ])('%s', (_, token, end) => expect(endOf(token)).toBe(end as number));
});

describe('a token is', () => {
  let nowMs = 1_800_000_000_000;
  const clock = { now: () => nowMs };
  const lasting = (seconds: number) => jwt({ exp: nowMs / 1000 + seconds, n: Math.random() });

  test('printed once for all who ask, and again shortly before its end', async () => {
    let printed = 0;
    const source = tokenSource(async () => {
      printed++;
      return lasting(300);
    }, clock);
    const [first, second] = await Promise.all([source.token(), source.token()]);
    expect([printed, first]).toEqual([1, second!]);
    nowMs += 269_000;
    expect(await source.token()).toBe(first!);
    nowMs += 1_000;
    expect(await source.token()).not.toBe(first!);
    expect(printed).toBe(2);
  });

  test('used to its end where no newer one comes', async () => {
    let fails = false;
    const source = tokenSource(async () => {
      if (fails) throw new Error('no more');
      return lasting(300);
    }, clock);
    const first = await source.token();
    fails = true;
    nowMs += 299_000;
    expect(await source.token()).toBe(first);
    nowMs += 1_000;
    await expect(source.token()).rejects.toThrow('no more');
  });

  test('dropped when Kafka has refused it', async () => {
    const source = tokenSource(async () => lasting(300), clock);
    const first = await source.token();
    source.drop('another');
    expect(await source.token()).toBe(first);
    source.drop(first);
    expect(await source.token()).not.toBe(first);
  });

  test('said to be late while it is', async () => {
    const printing = Promise.withResolvers<string>();
    const source = tokenSource(() => printing.promise, clock);
    expect(source.delay()).toBeUndefined();
    const token = source.token();
    nowMs += 600;
    expect(source.delay()?.message).toBe('KAFKA_SASL_TOKEN_COMMAND has not printed a token yet');
    printing.resolve('opaque');
    await token;
    expect(source.delay()).toBeUndefined();
  });
});

describe('a program’s token is', () => {
  const printed = (...command: string[]) => tokensOf(command).token();

  test('what it prints', async () => {
    expect(await printed('echo', 'opaque')).toBe('opaque');
  });

  test.each([
    ['fails', ['sh', '-c', 'echo hush >&2; exit 3'], 'KAFKA_SASL_TOKEN_COMMAND has failed, with exit code 3'],
    ['prints nothing', ['true'], 'KAFKA_SASL_TOKEN_COMMAND must print a token, and nothing else'],
    ['prints more', ['echo', 'one', 'two'], 'KAFKA_SASL_TOKEN_COMMAND must print a token, and nothing else'],
    ['is not there', ['/no/such/program'], 'KAFKA_SASL_TOKEN_COMMAND can’t be run'],
  ])('refused when it %s', async (_, command, why) => {
    await expect(printed(...command)).rejects.toThrow(why);
  });
});
