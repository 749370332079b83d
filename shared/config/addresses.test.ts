import { describe, expect, test } from 'bun:test';
import { refusal } from '../testing/refusal.ts';
import { postgresVariables, redisConfig, redisVariables } from './config.ts';
import { describeConfig, readConfig, v } from './environment.ts';
import { collide } from './server-addresses.ts';

describe('REDIS_ADDR', () => {
  const redis = (env: Record<string, string>) => redisConfig(readConfig(redisVariables, env));

  test.each([
    ['a:1', ['a:1'], '', 0],
    ['[::1]:6379', ['[::1]:6379'], '', 0],
    ['a:1, b:2', ['a:1', 'b:2'], '', 0],
    ['redis://a', ['a:6379'], '', 0],
    ['redis://a:1/', ['a:1'], '', 0],
    ['redis://:hush@a:1/3', ['a:1'], 'hush', 3],
    ['redis://:hush@a:1,redis://:hush@[::1]:2', ['a:1', '[::1]:2'], 'hush', 0],
  ])('%s is taken with all that it says', (text, nodes, password, database) => {
    expect(redis({ REDIS_ADDR: text })).toEqual({ nodes, password, database });
  });

  test.each([
    ['REDIS://default:hu%2Fsh%40@a:1', { username: 'default', password: 'hu/sh@', tls: undefined }],
    ['redis://seller:hush@a:1', { username: 'seller', password: 'hush', tls: undefined }],
    ['rediss://seller:hush@a', { nodes: ['a:6379'], username: 'seller', password: 'hush', tls: {} }],
    ['rediss://:hush@a:1/3', { username: undefined, password: 'hush', database: 3, tls: {} }],
    ['rediss://a:1, rediss://b:2', { nodes: ['a:1', 'b:2'], tls: {} }],
  ])('%s is taken with its user and TLS', (text, parts) => {
    expect(redis({ REDIS_URL: text })).toMatchObject(parts);
  });

  test.each([
    ['redis+sentinel://a:1', 'must not begin with redis+sentinel://'],
    ['redis+sentinel://a:1', 'into REDIS_SENTINELS'],
    ['unix:///run/redis.sock', 'must name a host'],
    ['https://a:1', 'must not begin with https://'],
    ['seller:hush@a:1', 'must have redis:// before its password'],
    ['redis://seller:hush@a:1,redis://buyer:hush@b:2', 'must have the same user in each address'],
    ['redis://:a,hush@a:1', 'address 1 of 2 must name a host'],
    ['redis://:hu/hush@a:1', 'as %2F %3F %23 %2C %40'],
    ['redis://:1#hush@a:1', 'as %2F %3F %23 %2C %40'],
    ['redis://:%hush@a:1', 'written as %25'],
    ['redis://a:1/nought', 'must end with its port'],
    ['redis://a:1/99', 'a database from 0 to 15'],
    ['redis://a:1?password=hush', 'nothing behind ?'],
    ['redis://a:1#hush', 'nothing behind #'],
    ['a:1/3', 'must end with its port'],
    ['a:1,password=hush', 'address 2 of 2 must be host:port'],
    ['redis://:hush@a:1,b:2', 'must have the same password in each address'],
    ['redis://a:1/1,redis://b:2/2', 'must have the same database in each address'],
    ['a:1,rediss://b:2', 'must have the same protocol, redis:// or rediss://,'],
    ['::1:6379', 'IPv6 address in brackets'],
    ['a', 'must have a port'],
    ['a:0', 'a port from 1 to 65535'],
    ['a:99999', 'a port up to 65535'],
    ['a:1 b:2', 'must have no blanks'],
    ['a:1,', 'address 2 of 2 must name a host'],
    ['redis://:hu\\hush@a:1', 'in a user or password write %5C'],
    ['a:1\\hush', 'must have no \\ in it'],
    ['0x7f.1:6379', 'an IP address in full'],
    ['a:1,hush', 'address 2 of 2 must have a port'],
    ['a:1;hush', 'must be host:port'],
    ['a:1 hush', 'must have no blanks'],
    ['a:1:hush', 'must be host:port'],
    ['a:1/hush', 'must end with its port'],
    ['hush,a:1', 'address 1 of 2 must have a port'],
  ])('%s is refused', (text, why) => {
    expect(refusal(redisVariables, 'REDIS_ADDR', text)).toContain(why);
  });

  test('may not contradict REDIS_PASSWORD and REDIS_DB', () => {
    const address = 'redis://:hush@a:1/3';
    expect(redis({ REDIS_ADDR: address, REDIS_PASSWORD: 'hush', REDIS_DB: '3' })).toMatchObject({ database: 3 });
    expect(() => redis({ REDIS_ADDR: address, REDIS_PASSWORD: 'other' })).toThrow('each names another password');
    expect(() => redis({ REDIS_ADDR: address, REDIS_DB: '4' })).toThrow('each names another database');
    expect(() => redis({ REDIS_ADDR: 'redis://a:1/0', REDIS_DB: '4' })).toThrow('each names another database');
    expect(() => redis({ REDIS_ADDR: 'redis://a:1/3,redis://b:2/3' })).toThrow('a cluster has only database 0');
  });

  test('is shown without its password', () => {
    const [line] = describeConfig(redisVariables, { REDIS_ADDR: 'redis://:hush@a:1,redis://:hush@b:2' });
    expect(line).toBe('REDIS_ADDR=redis://***@a:1,redis://***@b:2');
  });
});

describe('POSTGRES_HOST', () => {
  test.each([
    ['db.example', 'db.example'],
    ['my_db', 'my_db'],
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['/var/run/postgresql', '/var/run/postgresql'],
  ])('%s is taken', (text, host) => {
    expect(readConfig(postgresVariables, { POSTGRES_HOST: text }).POSTGRES_HOST).toEqual([{ host, port: undefined }]);
  });

  test('several are taken, each with its port or without', () => {
    expect(readConfig(postgresVariables, { POSTGRES_HOST: 'a:6000,10.0.0.1,[::1]:6001,::2' }).POSTGRES_HOST).toEqual([
      { host: 'a', port: 6000 },
      { host: '10.0.0.1', port: undefined },
      { host: '::1', port: 6001 },
      { host: '::2', port: undefined },
    ]);
  });

  test.each([
    ['postgres://seller:hush@db:6000/sales?sslmode=require', 'write its parts into POSTGRES_HOST, POSTGRES_PORT'],
    ['seller:hush@db', 'write its parts into'],
    ['db:0', 'must have a port from 1 to 65535'],
    ['db:hush', 'a host’s name or IP address'],
    ['a,,b', 'must have a host at place 2 of 3'],
    ['a,/run/postgresql', 'must have the folder of a socket alone'],
    [' db', 'must have no blanks'],
    ['host=db password=hush', 'must have no blanks'],
    ['db/sales', 'a host’s name or IP address'],
    ['10.0.0', 'a host’s name or IP address'],
    ['db;hush', 'a host’s name or IP address'],
    ['db\\hush', 'a host’s name or IP address'],
    ['/run\\hush', 'a host’s name or IP address'],
  ])('%s is refused', (text, why) => {
    expect(refusal(postgresVariables, 'POSTGRES_HOST', text)).toContain(why);
  });
});

describe('POSTGRES_DBNAME', () => {
  test.each(['onsale', 'my-sales', 'Sales 2027', 'ventes_été'])('%s is taken', (text) => {
    expect(readConfig(postgresVariables, { POSTGRES_DBNAME: text }).POSTGRES_DBNAME).toBe(text);
  });

  test.each(['postgres://seller:hush@db/sales', 'postgresql://db/hush', 'host=db password=hush', 'password=hush'])(
    '%s is refused: libpq would take it for an address',
    (text) => {
      expect(refusal(postgresVariables, 'POSTGRES_DBNAME', text)).toContain('must be a name alone, without :// and =');
    },
  );
});

describe('the shown part of a refused address', () => {
  test.each([
    ['a', 'a'],
    [' a:0', '" a:0"'],
    ['a:0', 'a:0'],
    ['a:1, b:0', '"a:1, b:0"'],
    ['redis://a:1,b', 'redis://a:1***'],
    ['redis://a/nought', 'redis://a***'],
    ['::1:6379', '::1:6379'],
    ['[::1]:0', '[::1]:0'],
    ['a:1,hush', 'a:1***'],
    ['a:1;hush', 'a:1***'],
    ['a:1 hush', 'a:1***'],
    ['a:1hush', '***'],
    ['a:1:hush', '***'],
    ['hush;a:1', '***'],
    ['redis://a:1/hush@b', 'redis://***'],
  ])('of %s: %s, and no more', (text, shown) => {
    const [, said] = /^REDIS_ADDR=(.*?): (?:must|address|asks)/.exec(refusal(redisVariables, 'REDIS_ADDR', text)) ?? [];
    expect(said).toBe(shown);
  });
});

describe('other addresses', () => {
  const variables = {
    BASE: v.url('', { path: false }),
    PAGE: v.url('', { query: true, example: 'https://a/keys.json' }),
    ADDR: v.address(':1', ''),
  };

  test('of pages have no login; a base ends with its port', () => {
    expect(readConfig(variables, { BASE: 'http://a:1', PAGE: 'https://a/keys?of=us' })).toMatchObject({
      BASE: 'http://a:1',
      PAGE: 'https://a/keys?of=us',
    });
    expect(refusal(variables, 'PAGE', 'https://me:hush@a/keys')).toContain('must have no user or password');
    for (const name of ['BASE', 'PAGE'])
      expect(refusal(variables, name, 'https://a\\hush')).toContain('must have no \\');
    expect(refusal(variables, 'BASE', 'https://a/v1')).toContain('must end with its port');
    expect(refusal(variables, 'BASE', 'https://a?key=hush')).toContain('nothing behind ?');
    expect(refusal(variables, 'BASE', 'a')).toEndWith('must be http://host:port or https://host:port');
    expect(refusal(variables, 'PAGE', 'a')).toEndWith('must be a whole address, such as https://a/keys.json');
  });

  test('of a page are shown without the query, where a key may be', () => {
    const shown = (text: string) => describeConfig(variables, { PAGE: text })[1];
    expect(shown('https://a/keys?api_key=hush&of=us')).toBe('PAGE=https://a/keys?***');
    expect(shown('https://a/keys')).toBe('PAGE=https://a/keys');
  });

  test.each([
    ['[::]:8080', { host: '::', port: 8080 }],
    ['0.0.0.0:08080', { host: '0.0.0.0', port: 8080 }],
    [':08080', { host: '0.0.0.0', port: 8080 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
  ])('to listen at: %s is taken', (text, address) => {
    expect(readConfig(variables, { ADDR: text }).ADDR).toEqual(address);
  });

  test.each([
    '8080',
    ' :8080',
    ': 8080',
    'http://a:1',
    'me:hush@a:1',
    '*:8080',
    'a:1/',
    'a',
    '::8080',
    '[::1]',
    '1.2.3:4',
  ])('to listen at: %s is refused', (text) => {
    expect(refusal(variables, 'ADDR', text)).toContain('must be host:port or :port');
  });

  test.each([
    ['8080', 'must be host:port or :port: write :8080'],
    [':99999', 'must be host:port or :port, with a port up to 65535'],
    ['localhost:123456', 'must be host:port or :port, with a port up to 65535'],
    ['99999', 'must be host:port or :port, with a port up to 65535'],
  ])('to listen at: %s is told what to write', (text, why) => {
    expect(refusal(variables, 'ADDR', text)).toBe(`ADDR=${text}: ${why}`);
  });

  test.each([
    [':80', ':80', true],
    ['127.0.0.1:80', ':80', true],
    ['127.0.0.1:80', 'localhost:80', true],
    ['127.0.0.1:80', '10.0.0.1:80', false],
    ['127.0.0.1:80', '127.0.0.1:81', false],
    [':0', ':0', false],
  ])('to listen at: of %s and %s two servers are too many: %p', (one, other, both) => {
    const at = (text: string) => readConfig(variables, { ADDR: text }).ADDR;
    expect([collide(at(one), at(other)), collide(at(other), at(one))]).toEqual([both, both]);
  });
});
