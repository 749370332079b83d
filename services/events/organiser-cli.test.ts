import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type Mock, spyOn, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { withApiKeys } from '../../shared/auth/api-keys.ts';
import { postgresApiKeys } from '../../shared/auth/api-keys-postgres.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { silentLog } from '../../shared/process/log.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { organiserCommands } from './organiser-cli.ts';

let database: TestDatabase;
let said: string[] = [];
let spies: Mock<typeof console.log>[];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  said = [];
  spies = [
    spyOn(console, 'log').mockImplementation((line) => void said.push(line)),
    spyOn(console, 'error').mockImplementation(() => {}),
  ];
});
afterEach(() => {
  for (const spy of spies) spy.mockRestore();
});

async function run(command: 'organiser' | 'api-key', ...args: string[]): Promise<string[]> {
  said = [];
  await organiserCommands[command]!.run(args, postgresEnv(database.config));
  return said;
}

const verify = (key: string) =>
  withApiKeys({ verify: () => Promise.reject(new Error('a token')) }, postgresApiKeys(database.db), silentLog).verify(
    key,
  );

describe('events organiser and events api-key', () => {
  test('make an organiser and a key, which is printed once, listed without itself, and revoked', async () => {
    const [organiserUuid = ''] = await run('organiser', 'create', 'Northern Lights');
    const create = ['create', '--name', 'Box office', '--organiser', organiserUuid, '--scopes', 'sell,read'];
    const [key = '', ...more] = await run('api-key', ...create);
    expect(more).toEqual([]);
    const caller = await verify(key);
    expect(caller).toEqual({ is: 'key', keyUuid: expect.any(String), organiserUuid, scopes: ['read', 'sell'] });
    const keyUuid = caller.is === 'key' ? caller.keyUuid : '';

    const [line = ''] = await run('api-key', 'list', '--organiser', organiserUuid);
    expect(line).toStartWith(`${keyUuid}  ${key.slice(0, 12)}…  read,sell  ${organiserUuid}  `);
    expect(line).not.toContain(key);
    expect(await run('api-key', 'revoke', keyUuid)).toEqual([`${keyUuid} is revoked.`]);
    expect(verify(key)).rejects.toMatchObject({ code: 'unauthorized' });
    expect((await run('api-key', 'list'))[0]).toContain('revoked 20');

    const actions = await database.sql`select action, actor, address from audit_log order by id`;
    expect(actions.map((row) => ({ ...row }))).toEqual(
      ['organiser.created', 'api_key.created', 'api_key.revoked'].map((action) => ({
        ...{ action, actor: 'system', address: null },
      })),
    );
  });

  test('make a key of the platform that only reads, unless they are told otherwise', async () => {
    const [key = ''] = await run('api-key', 'create', '--name', 'Report');
    expect(await verify(key)).toMatchObject({ organiserUuid: null, scopes: ['read'] });
  });

  test.each<[command: 'organiser' | 'api-key', args: string[], message: string]>([
    ['organiser', ['create'], 'takes create and a name'],
    ['organiser', ['create', ' '], 'takes create and a name'],
    ['organiser', ['create', 'a\nb'], 'one line'],
    ['api-key', [], 'takes create --name NAME'],
    ['api-key', ['create'], 'takes create --name NAME'],
    ['api-key', ['create', '--name', 'x', '--scopes', 'read,all'], '"all" is none'],
    ['api-key', ['create', '--name', 'x', '--organiser', 'me'], '--organiser must be a uuid'],
    ['api-key', ['create', '--name', 'x', '--organiser', randomUUID()], 'Organiser not found'],
    ['api-key', ['create', '--nam', 'x'], 'See events --help'],
    ['api-key', ['revoke', randomUUID()], 'API key not found'],
    ['api-key', ['revoke', 'x'], 'must be a uuid'],
  ])('events %s %p is refused with what is wrong', async (command, args, message) => {
    const refused = run(command, ...args);
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
