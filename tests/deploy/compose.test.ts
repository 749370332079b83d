import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { type Address, readConfig } from '../../shared/config/environment.ts';
import { type ComposeService, loadCompose, startedBy } from './compose.ts';
import { remove } from './dockerfile.ts';
import { knowsCall, programs, variablesOf } from './programs.ts';
import { counted } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const text = await Bun.file(join(root, 'compose.yaml')).text();
const compose = await loadCompose(root);
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build);
const servers = services.filter(([, service]) => !service.build);
const jobs = ours.filter(([, service]) => service.command?.length);
const profiles = ['app', 'infra', 'split'];

const programOf = (service: ComposeService) => programs[service.build!.args.SERVICE]!;
let variables = 0;

describe('compose.yaml', () => {
  test('a field outside the specification is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onsale-compose-'));
    await Bun.write(join(folder, 'compose.yaml'), text.replace('healthcheck:', 'health_check:'));
    await expect(loadCompose(folder)).rejects.toThrow('health_check');
    await remove(folder);
  });

  test('has the services of the original', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      [
        ...['postgres', 'redis', 'kafka', 'connect', 'elasticsearch', 'kibana'],
        ...['migrate', 'connector', 'seed', 'events', 'booking', 'search', 'search-api', 'search-cdc'],
      ].sort(),
    );
  });

  test('every profile is complete: the dependencies of a service are started too', () => {
    for (const profile of profiles) {
      const names = startedBy(compose, profile).map(([name]) => name);
      for (const [name, service] of startedBy(compose, profile)) {
        for (const needed of Object.keys(service.depends_on ?? {}))
          expect([name, names]).toEqual([name, expect.arrayContaining([needed])]);
      }
    }
    expect(startedBy(compose, 'infra')).toEqual(servers);
    expect(services.filter(([, { profiles: own }]) => own.some((one) => !profiles.includes(one)))).toEqual([]);
  });

  test('plain `docker compose up` is the profile app', async () => {
    expect(await Bun.file(join(root, '.env')).text()).toContain('COMPOSE_PROFILES=app\n');
  });

  test.each(ours)('every variable of %s is read by its program, and valid', (_, service) => {
    const known = variablesOf(programOf(service), service.command ?? []);
    const given = service.environment ?? {};
    expect(Object.keys(given).filter((name) => !(name in known))).toEqual([]);
    expect(() => readConfig(known, given)).not.toThrow();
    if (!service.command?.length) expect(() => programOf(service).check?.(given)).not.toThrow();
    variables += Object.keys(given).length;
  });

  test('every variable that can be set from outside is read by the code', () => {
    const names = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map((match) => match[1]!);
    const known = Object.values(programs).flatMap((program) => Object.keys(program.variables));
    expect([...new Set(names)].filter((name) => !known.includes(name))).toEqual([]);
  });

  test('every image has a fixed version; ours have the project’s', () => {
    for (const [, { image }] of servers) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(\.Final)?$/);
    for (const [, service] of ours) {
      expect(service.image).toBe(`onsale-${service.build!.args.SERVICE}:${packageJson.version}`);
    }
  });

  test('every command exists', () => {
    for (const [, service] of ours) expect(knowsCall(programOf(service), service.command ?? [])).toBe(true);
    expect(jobs.map(([name]) => name).sort()).toEqual(['connector', 'migrate', 'seed']);
  });

  test('every port is this machine’s alone, published once, and one that the service listens on', () => {
    for (const profile of profiles) {
      const ports = startedBy(compose, profile).flatMap(([, service]) => service.ports ?? []);
      expect(new Set(ports.map((port) => port.published)).size).toBe(ports.length);
      expect(ports.filter((port) => port.host_ip !== '127.0.0.1')).toEqual([]);
    }
    for (const [, service] of ours) {
      const { SERVER_ADDR, METRICS_ADDR } = readConfig(programOf(service).variables, service.environment ?? {}) as {
        SERVER_ADDR: Address;
        METRICS_ADDR: Address | undefined;
      };
      for (const port of service.ports ?? []) expect([SERVER_ADDR.port, METRICS_ADDR?.port]).toContain(port.target);
    }
  });

  test('every address names a service and a port that it listens on', () => {
    const listening: Record<string, number[]> = { kafka: [19092] };
    for (const [name, service] of services) {
      const ports = (service.ports ?? []).map((port) => port.target);
      listening[name] = [...(listening[name] ?? []), ...ports];
    }
    expect(compose.services.kafka!.environment!.KAFKA_LISTENERS).toContain('INSIDE://:19092');
    for (const [name, service] of services) {
      for (const value of Object.values(service.environment ?? {})) {
        for (const [, host, port] of value.matchAll(/(?:^|\/\/|,|")([a-z][a-z-]+):(\d+)/g)) {
          expect([name, host, listening[host!]]).toEqual([name, host, expect.arrayContaining([Number(port)])]);
        }
      }
    }
  });

  test('every server has a health check, of itself; ours have the image’s', () => {
    for (const [name, service] of servers) {
      const check = service.healthcheck!.test.join(' ');
      const asked = [...check.matchAll(/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));
      const own = service.ports!.map((port) => port.target);
      expect([name, asked.filter((port) => !own.includes(port))]).toEqual([name, []]);
    }
    expect(ours.filter(([, service]) => service.healthcheck)).toEqual([]);
  });

  test('a service that waits for another waits until that is healthy; every job is waited for', () => {
    const awaited = new Set<string>();
    for (const [, service] of services) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const isJob = jobs.some(([name]) => name === needed);
        expect(condition).toBe(isJob ? 'service_completed_successfully' : 'service_healthy');
        awaited.add(needed);
      }
    }
    // `docker compose up --wait` takes an ended job for a failure, unless a service waits for it.
    for (const [name] of jobs) expect(awaited).toContain(name);
  });

  test('every volume is declared and used; our own services write nothing', () => {
    const used = services.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.source));
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const [, service] of ours) expect([service.read_only, service.cap_drop]).toEqual([true, ['ALL']]);
  });

  afterAll(() =>
    counted(`compose.yaml: ${services.length} services in ${profiles.length} profiles, ${variables} variables of ours`),
  );
});
