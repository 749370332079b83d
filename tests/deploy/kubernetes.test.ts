import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IContainer, IService } from 'kubernetes-models/v1';
import packageJson from '../../package.json' with { type: 'json' };
import { type Address, readConfig, type Variables } from '../../shared/config/environment.ts';
import { namesOf } from '../../shared/config/sources.ts';
import { makeCertificates } from '../rig/certificates.ts';
import {
  environmentOf,
  type Labels,
  named,
  type Pod,
  podsOf,
  type Resource,
  render,
  selects,
  unknownFields,
  validate,
} from './manifests.ts';
import { knowsCall, programs, variablesOf } from './programs.ts';
import { counted } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const overlays = ['base', 'overlays/dev', 'overlays/prod', 'overlays/prod-monitored'];
/** An overlay to try production out. */
const trial = { name: 'overlays/prod with sandbox-payments', folder: join(root, '.onsale', 'deploy', 'prod-trial') };
await Bun.write(
  join(trial.folder, 'kustomization.yaml'),
  Bun.YAML.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../../k8s/overlays/prod'],
    components: ['../../../k8s/components/sandbox-payments'],
  }),
);
/** An overlay for servers that ask for TLS and logins, and listen at other ports. */
const elsewhere = {
  name: 'overlays/prod with servers elsewhere',
  folder: join(root, '.onsale', 'deploy', 'prod-elsewhere'),
};
const otherPorts = {
  'to-postgres': 6432,
  'to-redis': 6380,
  'to-kafka': 9096,
  'to-connect': 443,
  'to-elasticsearch': 9243,
};
await Bun.write(
  join(elsewhere.folder, 'kustomization.yaml'),
  Bun.YAML.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'onsale',
    resources: ['../../../k8s/overlays/prod'],
    configMapGenerator: [
      { name: 'onsale-database', literals: ['POSTGRES_PORT=6432'] },
      { name: 'onsale-redis', literals: ['REDIS_ADDR=a.example:6380,b.example:6380'] },
      { name: 'onsale-kafka', literals: ['KAFKA_LISTENERS=a.example:9096,b.example:9096'] },
      { name: 'onsale-connect', literals: ['KAFKA_CONNECT_URL=https://connect.example:443'] },
      { name: 'onsale-ports', literals: ['elasticsearch=9243'] },
    ].map((one) => ({ ...one, behavior: 'merge' })),
    components: ['certificates', 'kafka-login', 'kafka-authority', 'ports'].map(
      (name) => `../../../k8s/components/${name}`,
    ),
  }),
);
const folders = [...overlays.map((name) => ({ name, folder: join(root, 'k8s', name) })), trial, elsewhere];
const rendered = await Promise.all(
  folders.map(async ({ name, folder }): Promise<[string, Resource[]]> => [name, await render(folder)]),
);
/** The files of a secret, as a pod has them at /run/secrets/kafka. */
const secrets = join(root, '.onsale', 'deploy', 'kafka-secret');
const certificates = await makeCertificates();
for (const [name, text] of Object.entries({ username: 'user', password: 'hush', ca: Bun.file(certificates.ca) }))
  await Bun.write(join(secrets, name), text);
await certificates.remove();
let variables = 0;
afterAll(() => {
  const total = rendered.reduce((sum, [, resources]) => sum + resources.length, 0);
  counted(`Kubernetes: ${folders.length} overlays, ${total} resources validated, ${variables} variables of ours`);
});

const ofKind = <T>(resources: Resource[], kind: string) =>
  resources.filter((one) => one.kind === kind) as unknown as (T & Resource)[];

/** A container of ours, and the program that it runs. */
const programOf = ({ image = '' }: IContainer) => programs[/onsale-(\w+)(?=:|$)/.exec(image)?.[1] ?? ''];
const containersOf = ({ spec }: Pod) => [...(spec.initContainers ?? []), ...spec.containers];
const ourPods = (resources: Resource[]) => podsOf(resources).filter((pod) => programOf(pod.spec.containers[0]!));

describe('a wrong manifest is refused', () => {
  const [, base] = rendered[0]!;
  const changed = (from: string, to: string) => JSON.parse(JSON.stringify(base).replace(from, to)) as Resource[];

  test('a value of the wrong kind', async () => {
    const broken = changed('"periodSeconds":10', '"periodSeconds":"often"');
    await expect(Promise.all(broken.map(validate))).rejects.toThrow('periodSeconds');
  });

  test('a misspelt field', async () => {
    expect((await unknownFields(changed('"readinessProbe"', '"readynessProbe"'), root))[0]).toContain('readynessProbe');
  });

  test('a production that may start without Stripe’s key', () => {
    const optional = changed('"key":"secret-key"', '"key":"secret-key","optional":true');
    for (const resources of [optional, changed('"PAYMENTS":"stripe"', '"PAYMENTS":"auto"')]) {
      expect(() => checkPayments(resources)).toThrow();
    }
    const both = JSON.stringify(optional).replace('"PAYMENTS":"stripe"', '"PAYMENTS":"auto"');
    expect(() => checkPayments(JSON.parse(both))).toThrow();
  });
});

describe.each(rendered)('%s', (name, resources) => {
  const pods = podsOf(resources);
  const ours = ourPods(resources);
  const isTrial = name === 'overlays/dev' || name === trial.name;
  const selected = (labels: Labels | undefined) =>
    pods.filter((pod) => selects({ matchLabels: labels ?? {} }, pod.labels));

  test('every resource fits Kubernetes’ schemas', async () => {
    for (const resource of resources) await validate(resource);
    expect(await unknownFields(resources, root)).toEqual([]);
    expect(new Set(resources.map(named)).size).toBe(resources.length);
  });

  test('has the services, search in two roles, and the jobs', () => {
    const expected = ['onsale-events', 'onsale-booking', 'onsale-search-api', 'onsale-search-cdc'];
    expect(ours.map(({ owner }) => owner.metadata.name)).toEqual(
      expect.arrayContaining([...expected, 'onsale-migrate', 'onsale-connector']),
    );
  });

  test('every selector matches the right pods', () => {
    for (const pod of pods.filter(({ owner }) => owner.kind !== 'Job')) {
      const { selector } = pod.owner.spec as { selector: { matchLabels: Labels } };
      expect(selected(selector.matchLabels)).toEqual([pod]);
    }
    for (const service of ofKind<IService>(resources, 'Service')) {
      expect(selected(service.spec!.selector)).toHaveLength(1);
    }
    const budgets = ofKind<IPodDisruptionBudget>(resources, 'PodDisruptionBudget');
    expect(budgets).toHaveLength(4);
    for (const budget of budgets) expect(selected(budget.spec!.selector!.matchLabels)).toHaveLength(1);
    for (const policy of ofKind<INetworkPolicy>(resources, 'NetworkPolicy')) {
      expect(pods.some(({ labels }) => selects(policy.spec!.podSelector ?? {}, labels))).toBe(true);
    }
    for (const { labels, spec } of pods) {
      for (const { labelSelector } of spec.topologySpreadConstraints ?? []) {
        expect(selects(labelSelector!, labels)).toBe(true);
      }
    }
  });

  test('every port that is named exists, and the program listens on it', () => {
    for (const service of ofKind<IService>(resources, 'Service')) {
      const [pod] = selected(service.spec!.selector);
      const names = pod!.spec.containers[0]!.ports!.map((port) => port.name);
      for (const port of service.spec!.ports!) expect(names).toContain(String(port.targetPort));
    }
    for (const ingress of ofKind<IIngress>(resources, 'Ingress')) {
      for (const { path, backend } of ingress.spec!.rules!.flatMap((rule) => rule.http!.paths)) {
        const service = ofKind<IService>(resources, 'Service').find(
          (one) => one.metadata.name === backend.service!.name,
        )!;
        expect(service.spec!.ports!.map((port) => port.name)).toContain(backend.service!.port!.name!);
        const owner = { management: 'events', booking: 'booking', search: 'search-api' }[path!.split('/')[3]!];
        expect([path, service.metadata.name]).toEqual([path, `onsale-${owner ?? notified[path!]}`]);
      }
    }
    for (const { spec } of ours) {
      const container = spec.containers[0]!;
      const { SERVER_ADDR, METRICS_ADDR } = readConfig(
        programOf(container)!.variables,
        atStart(environmentOf(container, resources)),
      ) as { SERVER_ADDR: Address; METRICS_ADDR: Address | undefined };
      const listening: Record<string, number | undefined> = { http: SERVER_ADDR.port, metrics: METRICS_ADDR?.port };
      for (const port of container.ports ?? []) expect(port.containerPort).toBe(listening[port.name!]!);
    }
  });

  test('the metrics have a port of their own, which only Prometheus may reach and no Ingress exposes', () => {
    const services = ofKind<IService>(resources, 'Service').filter((one) => one.metadata.name.startsWith('onsale-'));
    expect(services).toHaveLength(4);
    for (const { spec } of services) expect(spec!.ports!.map((port) => port.name)).toEqual(['http', 'metrics']);
    const policies = ofKind<INetworkPolicy>(resources, 'NetworkPolicy');
    for (const pod of ours.filter(({ owner }) => owner.kind === 'Deployment')) {
      const opened = policies
        .filter((one) => selects(one.spec!.podSelector ?? {}, pod.labels))
        .flatMap((one) => one.spec!.ingress ?? [])
        .flatMap(({ from = [], ports = [] }) =>
          from.map((peer): [string, unknown[]] => [
            peer.namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'] ?? 'any',
            ports.map(({ port }) => port),
          ]),
        );
      const isPublic = pod.owner.metadata.name !== 'onsale-search-cdc';
      expect(Object.fromEntries(opened)).toEqual({
        ...(isPublic && { 'ingress-nginx': ['http'] }),
        monitoring: ['metrics'],
      });
    }
    for (const { spec } of ofKind<{ spec: { endpoints: { port: string }[] } }>(resources, 'ServiceMonitor')) {
      expect(spec.endpoints.map(({ port }) => port)).toEqual(['metrics']);
    }
    const routes = ofKind<IIngress>(resources, 'Ingress').flatMap(({ spec }) =>
      spec!.rules!.flatMap((rule) => rule.http!.paths),
    );
    for (const { path, backend } of routes) {
      expect([path, backend.service!.port!.name]).toEqual([
        expect.stringMatching(/^\/(api\/v1|webhooks)\/\w+$/),
        'http',
      ]);
    }
  });

  test('every service has its probes, and ends after its load balancer has removed it', () => {
    for (const { owner, spec } of ours.filter((pod) => pod.owner.kind === 'Deployment')) {
      const container = spec.containers[0]!;
      const { startupProbe, readinessProbe, livenessProbe } = container;
      const paths = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path);
      expect([owner.metadata.name, ...paths]).toEqual([owner.metadata.name, '/livez', '/readyz', '/livez']);
      const config = readConfig(
        programOf(container)!.variables,
        atStart(environmentOf(container, resources)),
      ) as Record<string, number>;
      const drainSeconds = config.SERVER_DRAIN_TIMEOUT! / 1000;
      const preStopSeconds = container.lifecycle!.preStop!.sleep!.seconds;
      // After the drain come open work, and the connections to the servers.
      expect(spec.terminationGracePeriodSeconds!).toBeGreaterThanOrEqual(preStopSeconds + drainSeconds + 10);
    }
  });

  test('every variable is read by its program, and valid', () => {
    for (const pod of ours) {
      for (const container of containersOf(pod)) {
        const program = programOf(container)!;
        const given = environmentOf(container, resources);
        const known = variablesOf(program, container.args ?? []);
        expect([named(pod.owner), Object.keys(given).filter((variable) => !isRead(variable, known))]).toEqual([
          named(pod.owner),
          [],
        ]);
        expect(() => readConfig(known, atStart(given))).not.toThrow();
        if (!container.args?.length) expect(() => program.check?.(atStart(given))).not.toThrow();
        expect(knowsCall(program, container.args ?? [])).toBe(true);
        variables += Object.keys(given).length;
      }
    }
  });

  test('our pods run as nobody, on a read-only root, without capabilities and tokens', () => {
    for (const pod of ours) {
      const { spec } = pod;
      expect([spec.automountServiceAccountToken, spec.serviceAccountName]).toEqual([false, 'onsale']);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of containersOf(pod)) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(Object.keys(container.resources!.requests!).sort()).toEqual(['cpu', 'memory']);
        expect(container.resources!.limits).toHaveProperty('memory');
      }
    }
  });

  test('every image has a fixed version; ours have the project’s', () => {
    for (const pod of pods) {
      for (const container of containersOf(pod)) {
        const image = container.image!;
        if (name === 'base') expect(image).toMatch(/^onsale-\w+$/);
        else if (programOf(container)) expect(image).toEndWith(`:${packageJson.version}`);
        else expect(image).toMatch(/:\d+\.\d+(\.\d+)?(\.Final)?$/);
      }
    }
  });

  test('each pod may reach the servers of its program’s variables, and no other', () => {
    const policies = ofKind<INetworkPolicy>(resources, 'NetworkPolicy');
    expect(policies.find((one) => one.metadata.name === 'default-deny')?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    for (const pod of ours) {
      const opened = policies
        .filter((one) => one.metadata.name.startsWith('to-') && selects(one.spec!.podSelector ?? {}, pod.labels))
        .flatMap((one) => one.spec!.egress!.flatMap((rule) => rule.ports!.map(({ port }) => Number(port))));
      const told = containersOf(pod).flatMap((container) => portsIn(environmentOf(container, resources)));
      const elsewherePort = (port: number) =>
        port === 9200 && name === elsewhere.name ? otherPorts['to-elasticsearch'] : port;
      expect([named(pod.owner), [...new Set(opened)].sort()]).toEqual([
        named(pod.owner),
        [...new Set(told.map(elsewherePort))].sort(),
      ]);
    }
  });

  test('KEDA asks Kafka as search does', () => {
    for (const { spec } of ofKind<{ spec: KafkaScaling }>(resources, 'ScaledObject')) {
      const search = ours.find(({ owner }) => owner.metadata.name === 'onsale-search-cdc')!;
      const env = environmentOf(search.spec.containers[0]!, resources);
      const { metadata, authenticationRef } = spec.triggers[0]!;
      const [mechanism, protocol = ''] = [env.KAFKA_SASL_MECHANISM, env.KAFKA_SECURITY_PROTOCOL];
      expect(metadata.sasl).toBe(
        (mechanism && { PLAIN: 'plaintext' }[mechanism]) || mechanism?.toLowerCase().replace('-sha-', '_sha'),
      );
      expect(metadata.tls).toBe(protocol.endsWith('SSL') ? 'enable' : undefined);
      // KEDA takes no protocol before an address.
      expect(env[metadata.bootstrapServersFromEnv!]).not.toContain('://');
      const keys = ofKind<{ spec: { secretTargetRef: { parameter: string; name: string; key: string }[] } }>(
        resources,
        'TriggerAuthentication',
      )
        .filter((one) => one.metadata.name === authenticationRef?.name)
        .flatMap((one) => one.spec.secretTargetRef.map(({ parameter, name, key }) => [parameter, `${name}/${key}`]));
      const mounted = search.spec.volumes?.find((volume) => volume.name === 'kafka')?.secret?.secretName;
      const files = [env.KAFKA_SASL_USERNAME_FILE, env.KAFKA_SASL_PASSWORD_FILE, env.KAFKA_SSL_CA]
        .flatMap((path) => (path ? [path.slice('/run/secrets/kafka/'.length)] : []))
        .map((key) => [key, `${mounted}/${key}`]);
      expect(keys).toEqual(files);
      expect(keys).toHaveLength(name === elsewhere.name ? 3 : 0);
    }
  });

  test('Stripe is configured by required secrets, or the sandbox is named', () => {
    expect(checkPayments(resources)).toBe(isTrial ? 'sandbox' : 'stripe');
  });

  test('Stripe can be reached, and its webhooks come in; the sandbox stays inside', () => {
    const paths = ofKind<IIngress>(resources, 'Ingress').flatMap(({ spec }) =>
      spec!.rules!.flatMap((rule) => rule.http!.paths.map(({ path }) => path!)),
    );
    const isOpen = resources.some((one) => named(one) === 'NetworkPolicy to-stripe');
    const isHeard = paths.includes('/webhooks/stripe');
    expect([isOpen, isHeard]).toEqual(isTrial ? [false, false] : [true, true]);
    expect(paths.filter((path) => path === '/' || path.startsWith('/sandbox'))).toEqual([]);
  });

  test('every target of an autoscaler exists, and has no number of replicas of its own', () => {
    const targets = [
      ...ofKind<IHorizontalPodAutoscaler>(resources, 'HorizontalPodAutoscaler'),
      ...ofKind<{ spec: { scaleTargetRef: { name: string } } }>(resources, 'ScaledObject'),
    ].map((one) => one.spec!.scaleTargetRef.name);
    expect(targets).toHaveLength(name.includes('prod') ? 4 : 0);
    for (const target of targets) {
      const owner = ours.find((pod) => pod.owner.metadata.name === target)!.owner;
      expect(owner.spec).not.toHaveProperty('replicas');
    }
  });
});

test('the component certificates mounts the secret in each of our containers', () => {
  const [, resources] = rendered.find(([name]) => name === elsewhere.name)!;
  const mounts = ourPods(resources).flatMap((pod) =>
    containersOf(pod).map(({ volumeMounts }) => [
      pod.spec.volumes?.find(({ name }) => name === 'certificates')?.secret?.secretName,
      volumeMounts?.find(({ name }) => name === 'certificates')?.mountPath,
    ]),
  );
  expect(mounts).toHaveLength(9);
  expect(mounts).toEqual(mounts.map(() => ['onsale-certificates', '/etc/onsale/certificates']));
});

test('the component kafka-plain has search and KEDA log in by PLAIN', async () => {
  const folder = join(root, '.onsale', 'deploy', 'prod-plain');
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../prod-elsewhere'],
    components: ['../../../k8s/components/kafka-plain'],
  };
  await Bun.write(join(folder, 'kustomization.yaml'), Bun.YAML.stringify(kustomization));
  const resources = await render(folder);
  const search = ourPods(resources).find(({ owner }) => owner.metadata.name === 'onsale-search-cdc')!;
  const [scaling] = ofKind<{ spec: KafkaScaling }>(resources, 'ScaledObject');
  expect([
    environmentOf(search.spec.containers[0]!, resources).KAFKA_SASL_MECHANISM,
    scaling?.spec.triggers[0]?.metadata.sasl,
  ]).toEqual(['PLAIN', 'plaintext']);
});

test('the network policies open the ports of the servers’ addresses, which an overlay sets', () => {
  const [, resources] = rendered.find(([name]) => name === elsewhere.name)!;
  const opened = ofKind<INetworkPolicy>(resources, 'NetworkPolicy')
    .filter((one) => one.metadata.name in otherPorts)
    .map((one) => [one.metadata.name, one.spec!.egress![0]!.ports![0]!.port]);
  expect(Object.fromEntries(opened)).toEqual(otherPorts);
});

type KafkaScaling = { triggers: { metadata: Record<string, string>; authenticationRef?: { name: string } }[] };

/** Services that receive webhooks from outside. */
const notified: Record<string, string> = { '/webhooks/stripe': 'booking' };

/** Returns the payment provider of a deployment. Throws if it depends on optional secrets. */
function checkPayments(resources: Resource[]): 'stripe' | 'sandbox' {
  const booking = ourPods(resources).find(({ owner }) => owner.metadata.name === 'onsale-booking')!;
  const { PAYMENTS, ...given } = environmentOf(booking.spec.containers[0]!, resources);
  const secrets = Object.entries(given).filter(([variable]) => variable.startsWith('STRIPE_'));
  const isSandbox = PAYMENTS === 'sandbox';
  expect([PAYMENTS, secrets]).toEqual(
    isSandbox
      ? ['sandbox', []]
      : [
          'stripe',
          [
            ['STRIPE_SECRET_KEY', 'secret(onsale-stripe secret-key)'],
            ['STRIPE_WEBHOOK_SECRET', 'secret(onsale-stripe webhook-secret)'],
          ],
        ],
  );
  return isSandbox ? 'sandbox' : 'stripe';
}

/** A secret may be in a file. */
const isRead = (variable: string, known: Variables) =>
  Object.entries(known).some(([name, one]) => namesOf(name, one).includes(variable));

/** The minimal environment of a process: without optional Secrets, and with valid values for the others. */
const atStart = (given: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => !value.startsWith('optional('))
      .map(([variable, value]) => [variable, value.startsWith('secret(') ? (samples[variable] ?? 'secret') : value])
      .map(([variable, value]) => [variable, value!.replace(/^\/run\/secrets\/kafka/, secrets)]),
  );
const samples: Record<string, string> = {
  ELASTICSEARCH_ADDR: 'https://user:password@elasticsearch.example:9200',
  STRIPE_SECRET_KEY: 'sk_live_example',
  STRIPE_WEBHOOK_SECRET: 'whsec_example',
};

/** Returns the ports of the servers in a program's variables. */
function portsIn(given: Record<string, string>): number[] {
  const { POSTGRES_PORT, REDIS_ADDR, KAFKA_LISTENERS, KAFKA_CONNECT_URL, ELASTICSEARCH_ADDR } = given;
  const { AUTH_JWKS_URL, STRIPE_SECRET_KEY } = given;
  const urls = [REDIS_ADDR, KAFKA_LISTENERS, KAFKA_CONNECT_URL].flatMap((text) => text?.match(/(?<=:)\d+/g) ?? []);
  // Its address is a secret.
  const loginPort = AUTH_JWKS_URL && (new URL(AUTH_JWKS_URL).port || 443);
  const outside = [loginPort, STRIPE_SECRET_KEY && 443];
  return [POSTGRES_PORT, ...urls, ELASTICSEARCH_ADDR && 9200, ...outside].filter(Boolean).map(Number);
}
