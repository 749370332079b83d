import { describe, expect, test } from 'bun:test';
import { describeConfig, readConfig, type Variable } from '../shared/config/environment.ts';
import { programs } from './variables.ts';

/** Whole numbers, with the least and the greatest valid one. */
const wholeNumbers: Record<string, [min: number, max: number]> = {
  SERVER_MAX_HEADER_BYTES: [1024, 1_048_576],
  POSTGRES_PORT: [1, 65_535],
  POSTGRES_MAX_OPEN_CONNS: [1, 1000],
  POSTGRES_MAX_IDLE_CONNS: [0, 1000],
  REDIS_DB: [0, 15],
  CACHE_MAX_MB: [1, 65_536],
  TICKET_LOCK_TTL_SECONDS: [1, 86_400],
  MAX_TICKETS_PER_USER: [0, 1000],
  POSTGRES_DIRECT_PORT: [0, 65_535],
  RATE_LIMIT_WRITES_PER_USER: [0, 1_000_000],
  RATE_LIMIT_WRITES_PER_ADDRESS: [0, 1_000_000],
  POSTGRES_CONNECT_PORT: [0, 65_535],
  FAKE_STRIPE_PORT: [0, 65_535],
  OTEL_EXPORTER_OTLP_TIMEOUT: [1, 600_000],
  OTEL_BSP_SCHEDULE_DELAY: [1, 600_000],
  OTEL_BSP_EXPORT_TIMEOUT: [1, 600_000],
  OTEL_BSP_MAX_QUEUE_SIZE: [1, 1_000_000],
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: [1, 1_000_000],
};

/** All valid choices. */
const choices: Record<string, string[]> = {
  SERVER_MODE: ['development', 'production'],
  LOG_LEVEL: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
  POSTGRES_SSLMODE: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
  POSTGRES_TARGET_SESSION_ATTRS: ['any', 'read-write', 'primary'],
  POSTGRES_POOLED: ['no', 'transaction'],
  REDIS_TLS: ['auto', 'true', 'false'],
  ROLE: ['all', 'api', 'cdc'],
  PAYMENTS: ['auto', 'stripe', 'sandbox'],
  STRANDED_SEATS: ['allow', 'refuse'],
  KAFKA_SECURITY_PROTOCOL: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
  KAFKA_SASL_MECHANISM: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'],
  OTEL_EXPORTER_OTLP_COMPRESSION: ['none', 'gzip'],
  OTEL_TRACES_EXPORTER: ['otlp', 'none'],
  OTEL_TRACES_SAMPLER: [
    'parentbased_always_on',
    'parentbased_traceidratio',
    'parentbased_always_off',
    'always_on',
    'traceidratio',
    'always_off',
  ],
};

/** Names for a server, at the limit of its rules. */
const names: Record<string, { taken: string[]; refused: string[] }> = {
  KAFKA_TOPIC_PREFIX: { taken: ['A-z_9', 'x'.repeat(48)], refused: ['x'.repeat(49), 'a.b', 'ä', 'a\n'] },
  KAFKA_CONNECTOR_SLOT: { taken: ['a_9', 'x'.repeat(63)], refused: ['x'.repeat(64), 'A', 'a-b'] },
  KAFKA_CONNECTOR: { taken: ['A-z_9', 'x'.repeat(100)], refused: ['x'.repeat(101), 'a.b'] },
  ELASTICSEARCH_INDEX: { taken: ['9a-_', 'x'.repeat(100)], refused: ['x'.repeat(101), '-a', '_a', 'A', 'a.b'] },
};

const all = Object.entries(programs).flatMap(([program, variables]) =>
  Object.entries(variables).map(([name, variable]) => ({ program, name, variable })),
);

/** Returns the value of a text, or the reason of its refusal. */
function read(variable: Variable<unknown>, text: string): unknown {
  const { success, data, error } = variable.read.safeParse(text);
  return success ? data : error.issues[0]?.message;
}

/** The variables that refuse `?` with such words, each once. */
const refusing = (words: RegExp) =>
  [...new Set(all.filter(({ variable }) => words.test(String(read(variable, '?\n')))).map(({ name }) => name))].sort();

describe('the variables of every program', () => {
  test('have valid defaults', () => {
    for (const variables of Object.values(programs)) readConfig(variables, {});
  });

  test('have the bounds, choices and forms that are tested below', () => {
    expect(refusing(/^must be a whole number/)).toEqual(Object.keys(wholeNumbers).sort());
    expect(refusing(/^must be one of/)).toEqual(Object.keys(choices).sort());
    expect(refusing(/^must be up to/)).toEqual(Object.keys(names).sort());
  });

  test('are not shown by `config` when they are secrets', () => {
    for (const { program, name, variable } of all) {
      if (!/PASSWORD|SECRET|API_KEY/.test(name)) continue;
      const lines = describeConfig({ [name]: variable }, { [name]: 'hush'.repeat(8) });
      expect({ program, lines }).toEqual({ program, lines: [`${name}=***`] });
    }
  });
});

for (const { program, name, variable } of all) {
  const bounds = wholeNumbers[name];
  if (bounds) {
    test(`${name} of ${program} is from ${bounds[0]} to ${bounds[1]}`, () => {
      const [min, max] = bounds;
      const refusal = `must be a whole number from ${min} to ${max}`;
      for (const good of [min, max]) expect(read(variable, String(good))).toBe(good);
      for (const bad of [min - 1, max + 1]) expect(read(variable, String(bad))).toBe(refusal);
    });
  }
  const options = choices[name];
  if (options) {
    test(`${name} of ${program} is one of ${options}`, () => {
      for (const option of options) expect(read(variable, option)).toBe(option);
      expect(read(variable, '?')).toBe(`must be one of ${options.join(', ')}`);
    });
  }
  const form = names[name];
  if (form) {
    test(`${name} of ${program} is a name that its server takes`, () => {
      for (const good of form.taken) expect(read(variable, good)).toBe(good);
      for (const bad of form.refused) expect(read(variable, bad)).toStartWith('must be up to');
    });
  }
}
