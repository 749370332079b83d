import { describe, expect, test } from 'bun:test';
import { programs } from '../../scripts/variables.ts';
import { remarksOn } from './unknown-variables.ts';

const { events = {}, booking = {}, search = {} } = programs;
const all = Object.assign({}, ...Object.values(programs));
const set = (names: string[]) => Object.fromEntries(names.map((name) => [name, 'x']));

describe('an unknown variable', () => {
  test.each([
    ['POSTGRES_HOTS', 'POSTGRES_HOST'],
    ['POSTGRES_DATABASE_NAME', undefined],
    ['POSTGRES_DB', 'POSTGRES_DBNAME'],
    ['POSTGRES_PASS', 'POSTGRES_PASSWORD'],
    ['POSTGRES_URL', 'POSTGRES_HOST'],
    ['POSTGERS_HOST', 'POSTGRES_HOST'],
    ['postgres_host', 'POSTGRES_HOST'],
    ['REDIS_URI', 'REDIS_URL'],
    ['REDIS_PORT', 'REDIS_ADDR'],
    ['REDIS_SSL', undefined],
    ['REDIS_TLS_CA_FILE', 'REDIS_TLS_CA'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_SERVERS', 'KAFKA_LISTENERS'],
    ['KAFKA_SSL_CAS', 'KAFKA_SSL_CA'],
    ['KAFKA_CONNECT_PASS', 'KAFKA_CONNECT_PASSWORD'],
    ['KAFKA_LISTENER', 'KAFKA_LISTENERS'],
    ['KAFKA_CONNECT_URI', 'KAFKA_CONNECT_URL'],
    ['ELASTICSEARCH_URI', 'ELASTICSEARCH_URL'],
    ['ELASTICSEARCH_NODES', 'ELASTICSEARCH_ADDR'],
    ['ELASTICSEARCH_APIKEY', 'ELASTICSEARCH_API_KEY'],
    ['SERVER_PORT', 'SERVER_ADDR'],
    ['SERVER_READ_TIMOUT', 'SERVER_READ_TIMEOUT'],
    ['STRIPE_SECRET', 'STRIPE_SECRET_KEY'],
    ['STRIPE_KEY', undefined],
    ['TICKET_LOCK_TTL', 'TICKET_LOCK_TTL_SECONDS'],
    ['AUTH_JWKS', 'AUTH_JWKS_URL'],
    ['CACHE_MAX_MIB', 'CACHE_MAX_MB'],
    ['MAX_TICKET_PER_USER', 'MAX_TICKETS_PER_USER'],
    ['MAX_TICKETS', 'MAX_TICKETS_PER_USER'],
    ['MAX_TICKETS_PER', 'MAX_TICKETS_PER_USER'],
    ['MAX_TICKETS_USER', 'MAX_TICKETS_PER_USER'],
    ['MAX_TICKETS_PER_EVENT', 'MAX_TICKETS_PER_USER'],
    ['max_tickets', 'MAX_TICKETS_PER_USER'],
    ['PAYMENT', 'PAYMENTS'],
    ['LOG_REQUEST', 'LOG_REQUESTS'],
  ])('%s: did you mean %s?', (name, meant) => {
    const rest = meant ? `: did you mean ${meant}?` : '; `config` shows what is read';
    expect(remarksOn(all, { [name]: 'hush' })).toEqual([`${name} is read by nothing${rest}`]);
  });

  test('DATABASE_URL is read, and other words with its beginning are another’s', () => {
    expect(remarksOn(events, { DATABASE_URL: 'postgres://me:hush@db/sales', DATABASE_POOL: '5' })).toEqual([]);
    expect(remarksOn(events, { DATABASE_URL: 'x', POSTGRES_HOST: 'db' })).toEqual([]);
  });

  test('is reported by the programs that read its kind', () => {
    const env = set(['STRIPE_SECRET', 'KAFKA_SERVERS', 'POSTGRES_HOTS']);
    const told = (variables: typeof all) => remarksOn(variables, env).map((line) => line.split(' ')[0]);
    expect(told(events)).toEqual(['POSTGRES_HOTS']);
    expect(told(booking)).toEqual(['STRIPE_SECRET', 'POSTGRES_HOTS']);
    expect(told(search)).toEqual(['KAFKA_SERVERS', 'POSTGRES_HOTS']);
  });
});

describe('no warning is given for', () => {
  const quiet = (env: Record<string, string>) => {
    for (const [program, variables] of Object.entries({ events, booking, search, all })) {
      expect({ program, remarks: remarksOn(variables, env) }).toEqual({ program, remarks: [] });
    }
  };

  test('variables of our other programs', () => {
    quiet(set(Object.keys(all)));
    quiet(set(['REDIS_SERVER', 'STRIPE_WEBHOOK_URL', 'FAKE_STRIPE_PORT', 'EVENTS_URL', 'SEARCH_URL', 'BOOKING_URL']));
    quiet(
      set(['SOAK_SEED', 'STACK_CONTROL', 'BENCH_NOTE', 'LOAD_RATE', 'MODEL_SEED', 'TOXIPROXY_URL', 'EVENT_UUID', 'K6']),
    );
  });

  test('variables of every shell, container and CI', () => {
    quiet(
      set([
        'PATH',
        'HOME',
        'SHELL',
        'USER',
        'LANG',
        'HOSTNAME',
        'CI',
        'NODE_ENV',
        'LOG_FORMAT',
        'MAX_WORKERS',
        'MAX',
        'MAX_USERS',
        'MAX_TICKETSOLD',
        'LOG_LEVEL_ROOT',
        'LOG_DIR',
        'ROLE_SESSION_NAME',
        'ROLE_ARN',
      ]),
    );
  });

  test('an empty variable', () => quiet({ POSTGRES_HOTS: '' }));

  test('the links to services that Kubernetes makes', () => {
    quiet({
      REDIS_SERVICE_HOST: '10.0.0.1',
      REDIS_SERVICE_PORT: '6379',
      REDIS_SERVICE_PORT_RESP: '6379',
      REDIS_PORT: 'tcp://10.0.0.1:6379',
      REDIS_PORT_6379_TCP: 'tcp://10.0.0.1:6379',
      REDIS_PORT_6379_TCP_PROTO: 'tcp',
      REDIS_PORT_6379_TCP_PORT: '6379',
      REDIS_PORT_6379_TCP_ADDR: '10.0.0.1',
      KAFKA_PORT: 'udp://[fd00::1]:9092',
      STRIPE_MOCK_SERVICE_HOST: '10.0.0.2',
    });
  });

  test('variables of the servers of compose.yaml, when all are in one .env', async () => {
    const compose = Bun.YAML.parse(await Bun.file(`${import.meta.dirname}/../../compose.yaml`).text()) as {
      services: Record<string, { environment?: Record<string, string> }>;
    };
    const names = Object.values(compose.services).flatMap(({ environment = {} }) => Object.keys(environment));
    expect(names).toContain('KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR');
    expect(names).toContain('ELASTICSEARCH_HOSTS');
    quiet(set([...names, 'POSTGRES_INITDB_ARGS', 'POSTGRES_HOST_AUTH_METHOD']));
    quiet({ POSTGRES_DB: 'onsale' });
  });
});
