import { join } from 'node:path';
import type { IConfigMap, IPodSpec, ISecret } from 'kubernetes-models/v1';
import { runProcess } from '../rig/process.ts';
import { tool } from './tools.ts';

export type Labels = Record<string, string>;

export type Resource = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  [field: string]: unknown;
};

/** The resources of an overlay, as `kubectl apply -k` would send them. */
export async function render(folder: string): Promise<Resource[]> {
  const text = await runProcess([await tool('kustomize'), 'build', folder], {});
  return Bun.YAML.parse(text) as Resource[];
}

export const named = ({ kind, metadata }: Resource) => `${kind} ${metadata.name}`;

/** Where a kind's model is. */
function modelModule(apiVersion: string): string {
  if (apiVersion.startsWith('keda.sh/')) return `@kubernetes-models/keda/${apiVersion}`;
  if (apiVersion.startsWith('monitoring.coreos.com/')) return `@kubernetes-models/prometheus-operator/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

type Model = new (data: Resource) => { validate(): void };

/** Throws the findings of Kubernetes' schema about a resource. It ignores unknown fields. */
export async function validate(resource: Resource): Promise<void> {
  const models = (await import(modelModule(resource.apiVersion))) as Record<string, Model>;
  const Kind = models[resource.kind];
  if (!Kind) throw new Error(`there is no ${resource.kind} in ${resource.apiVersion}`);
  new Kind(resource).validate();
}

/**
 * Returns the compiler's findings about the resources, a line each. A literal may have no field that its type does not
 * have, so a misspelt field is found.
 */
export async function unknownFields(resources: Resource[], root: string): Promise<string[]> {
  const folder = join(root, '.onsale', 'deploy');
  const lines = resources.map(
    (resource, i) =>
      `import type { I${resource.kind} as T${i} } from '${modelModule(resource.apiVersion)}';\n` +
      `export const r${i} = ${JSON.stringify(resource)} satisfies T${i}; // ${named(resource)}`,
  );
  const compilerOptions = { module: 'Preserve', strict: true, skipLibCheck: true, noEmit: true, types: [] };
  await Bun.write(join(folder, 'resources.ts'), lines.join('\n'));
  await Bun.write(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['resources.ts'] }));
  const tsc = Bun.spawn([join(root, 'node_modules', '.bin', 'tsc'), '-p', folder, '--pretty', 'false'], {
    stdout: 'pipe',
  });
  const said = await new Response(tsc.stdout).text();
  await tsc.exited;
  return said.split('\n').filter((line) => line.includes('error'));
}

export type Pod = { owner: Resource; labels: Labels; spec: IPodSpec };

type WithTemplate = { spec: { template: { metadata: { labels: Labels }; spec: IPodSpec } } };

/** Returns the pods of the resources, one for each workload. */
export const podsOf = (resources: Resource[]): Pod[] =>
  resources
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((owner) => {
      const { template } = (owner as unknown as WithTemplate).spec;
      return { owner, labels: template.metadata.labels, spec: template.spec };
    });

type Selector = {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
};

/** Returns whether a label selector matches these labels; an empty one matches all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === 'In') return values.includes(labels[key] ?? '');
      throw new Error(`selector operator ${operator}`);
    })
  );
}

/**
 * Returns a container's environment; a value of a Secret that is made elsewhere is `secret(KEY)`, or `optional(KEY)` if
 * the pod also starts without it.
 */
export function environmentOf(
  container: IPodSpec['containers'][number],
  resources: Resource[],
): Record<string, string> {
  const find = <T>(kind: string, name: string | undefined) =>
    resources.find((one) => one.kind === kind && one.metadata.name === name) as T | undefined;
  const given: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = find<IConfigMap>('ConfigMap', configMapRef?.name);
    if (!map) throw new Error(`there is no ConfigMap ${configMapRef?.name}`);
    Object.assign(given, map.data);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const key = valueFrom?.secretKeyRef;
    const encoded = find<ISecret>('Secret', key?.name)?.data?.[key?.key ?? ''];
    given[name] =
      value ?? (encoded ? atob(encoded) : `${key?.optional ? 'optional' : 'secret'}(${key?.name} ${key?.key})`);
  }
  return given;
}
