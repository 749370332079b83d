import { describe, expect, test } from 'bun:test';
import {
  postgresConfig,
  postgresVariables,
  redisConfig,
  redisVariables,
  serverConfig,
  serverVariables,
} from './config.ts';
import { readConfig } from './environment.ts';

describe('the configuration of a part', () => {
  test('PostgreSQL: each variable sets its value', () => {
    const env = {
      POSTGRES_HOST: 'db.example',
      POSTGRES_PORT: '6000',
      POSTGRES_USER: 'seller',
      POSTGRES_PASSWORD: 'hush',
      POSTGRES_DBNAME: 'sales',
      POSTGRES_SSLMODE: 'require',
      POSTGRES_MAX_OPEN_CONNS: '7',
      POSTGRES_CONN_MAX_LIFETIME: '11m',
      POSTGRES_CONN_MAX_IDLE_TIME: '13s',
    };
    expect(postgresConfig(readConfig(postgresVariables, env), 'onsale-it')).toEqual({
      host: 'db.example',
      port: 6000,
      user: 'seller',
      password: 'hush',
      database: 'sales',
      sslMode: 'require',
      maxOpenConns: 7,
      connMaxLifetimeMs: 660_000,
      connMaxIdleTimeMs: 13_000,
      deadlineMs: 1500,
      applicationName: 'onsale-it',
    });
  });

  test('the HTTP server: each variable sets its time', () => {
    const env = {
      SERVER_REUSE_PORT: 'true',
      METRICS_ADDR: ':9464',
      SERVER_READ_TIMEOUT: '1s',
      SERVER_WRITE_TIMEOUT: '2s',
      SERVER_MAX_HEADER_BYTES: '3000',
      SERVER_CTX_TIMEOUT: '4s',
      SERVER_DRAIN_TIMEOUT: '5s',
      LOG_REQUESTS: 'false',
      SERVER_COMPRESS: 'true',
      CORS_ORIGINS: 'https://shop.example, http://127.0.0.1:3000',
    };
    expect(serverConfig(readConfig(serverVariables, env))).toEqual({
      reusePort: true,
      metrics: { host: '0.0.0.0', port: 9464 },
      readTimeoutMs: 1000,
      writeTimeoutMs: 2000,
      maxHeaderBytes: 3000,
      requestTimeoutMs: 4000,
      drainTimeoutMs: 5000,
      logRequests: false,
      compress: true,
      origins: ['https://shop.example', 'http://127.0.0.1:3000'],
      proxies: undefined,
    });
  });

  const redis = (env: Record<string, string>) => redisConfig(readConfig(redisVariables, env));

  test('Redis: none, one node, or a cluster, which has one database', () => {
    expect(redis({})).toBeUndefined();
    expect(redis({ REDIS_ADDR: 'a:1', REDIS_PASSWORD: 'hush', REDIS_DB: '3' })).toEqual({
      nodes: ['a:1'],
      password: 'hush',
      database: 3,
    });
    expect(redis({ REDIS_ADDR: 'a:1, b:2' })).toEqual({ nodes: ['a:1', 'b:2'], password: '', database: 0 });
    expect(() => redis({ REDIS_ADDR: 'a:1,b:2', REDIS_DB: '3' })).toThrow('REDIS_DB: a cluster has only database 0');
  });
});
