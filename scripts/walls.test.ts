import { afterAll, beforeAll, expect, test } from 'bun:test';
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

const walls: [path: string, imported: string, allowed: boolean][] = [
  ['services/events/domain/event/x.ts', './event.ts', true],
  ['services/events/domain/event/x.ts', '../live/live-seats.ts', true],
  ['services/events/domain/event/x.ts', '../../../../shared/locks/ticket-locks.ts', true],
  ['services/events/domain/event/x.ts', 'lru-cache', true],
  ['services/events/domain/event/x.ts', 'hono', false],
  ['services/events/domain/event/x.ts', '@hono/zod-openapi', false],
  ['services/events/domain/event/x.ts', 'postgres', false],
  ['services/events/domain/event/x.ts', 'drizzle-orm/postgres-js', false],
  ['services/events/domain/event/x.ts', '../../adapters/postgres/event-store.ts', false],
  ['services/events/domain/event/x.ts', '../../../../shared/locks/postgres.ts', false],
  ['services/events/domain/event/x.ts', '../../../../shared/db/client.ts', false],
  ['services/events/domain/event/x.ts', '../../http/events.ts', false],
  ['services/events/domain/event/x.ts', '../../../../shared/tracing/span.ts', false],
  ['services/events/domain/event/x.ts', '@opentelemetry/api', false],
  ['services/events/domain/event/x.ts', '../../page/event-page.ts', false],
  ['services/events/page/x.ts', '../domain/event/event.ts', true],
  ['services/booking/http/x.ts', '../domain/reservation/reserve-ticket.ts', true],
  ['services/booking/http/x.ts', '../adapters/postgres/orders.ts', false],
  ['services/booking/app.ts', '../../shared/locks/postgres.ts', false],
  ['services/booking/domain/x.ts', '../../../shared/auth/actor.ts', true],
  ['services/booking/domain/x.ts', '../../../shared/auth/jwt.ts', false],
  ['services/booking/domain/x.ts', 'jose', false],
  ['services/booking/http/x.ts', '../../../shared/auth/jwt-keys.ts', false],
  ['shared/http/x.ts', 'jose', false],
  ['shared/http/x.ts', '../auth/jwt.ts', false],
  ['shared/http/x.ts', '../../services/booking/domain/order/order.ts', false],
  ['services/booking/main.ts', './adapters/postgres/orders.ts', true],
  ['services/booking/jobs/x.ts', '../domain/order/sweep-orders.ts', true],
  ['services/booking/jobs/x.ts', '../adapters/postgres/orders.ts', false],
  ['services/booking/adapters/postgres/x.ts', '../../domain/order/order.ts', true],
  ['services/booking/adapters/postgres/x.ts', './orders.ts', true],
  ['services/booking/adapters/postgres/x.ts', '../stripe/client.ts', false],
  ['services/booking/adapters/stripe/x.ts', '../postgres/orders.ts', false],
  ['services/booking/adapters/stripe/x.ts', '../../../../shared/http/errors.ts', false],
  ['services/search/adapters/kafka/x.ts', '../wal/lsn.ts', false],
  ['shared/locks/x.ts', '../db/client.ts', true],
  ['shared/locks/x.ts', '../../services/booking/domain/order/order.ts', false],
  // No service knows another, wherever in it.
  ['services/events/x.ts', '../booking/domain/order/order.ts', false],
  ['services/events/domain/x.ts', '../../booking/domain/order/order.ts', false],
  ['services/events/http/x.ts', '../../search/domain/index/search-index.ts', false],
  ['services/events/page/x.ts', '../../search/domain/index/search-index.ts', false],
  ['services/booking/jobs/x.ts', '../../events/domain/event/event.ts', false],
  ['services/booking/adapters/postgres/x.ts', '../../../events/adapters/postgres/event-store.ts', false],
  ['services/search/adapters/postgres/x.ts', '../../../booking/domain/order/order.ts', false],
  // Production code must not import tests.
  ['services/booking/x.ts', '../../tests/rig/process.ts', false],
  ['services/booking/domain/x.ts', '../../../tests/rig/process.ts', false],
  ['services/booking/adapters/stripe/x.ts', '../../../../tests/fake-stripe/start.ts', false],
  ['shared/redis/x.ts', '../../tests/rig/process.ts', false],
  ['tests/load/shared/x.ts', './record.ts', true],
  ['tests/load/shared/x.ts', '../../../services/booking/domain/order/order.ts', false],
  ['tests/load/shared/x.ts', 'postgres', false],
  ['tests/soak/rules/x.ts', '../ledger.ts', true],
  ['tests/soak/rules/x.ts', '../../../services/booking/domain/order/order.ts', false],
  ['tests/soak/rules/x.ts', 'postgres', false],
];

let dir: string;
let refused: Set<string>;

/** One file per wall, each in a folder of its own below the one that the wall protects. */
const fileOf = (path: string, index: number) => (path.endsWith('/x.ts') ? `${dirname(path)}/x${index}.ts` : path);

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'onsale-walls-')));
  await cp(join(root, 'biome.json'), join(dir, 'biome.json'));
  for (const [index, [path, imported]] of walls.entries()) {
    await Bun.write(join(dir, fileOf(path, index)), `import { x } from '${imported}';\nx();\n`);
  }
  const biome = Bun.spawn(
    [
      join(root, 'node_modules', '.bin', 'biome'),
      'lint',
      '--vcs-enabled=false',
      '--reporter=github',
      '--max-diagnostics=none',
    ],
    { cwd: dir, stdout: 'pipe', stderr: 'ignore' },
  );
  const said = await new Response(biome.stdout).text();
  await biome.exited;
  refused = new Set([...said.matchAll(/noRestrictedImports,file=([^,]+),/g)].map((match) => match[1]!));
});
afterAll(() => rm(dir, { recursive: true }));

for (const [index, [path, imported, allowed]] of walls.entries()) {
  test(`${path} ${allowed ? 'may' : 'may not'} import ${imported}`, () => {
    expect(refused.has(join(dir, fileOf(path, index)))).toBe(!allowed);
  });
}
