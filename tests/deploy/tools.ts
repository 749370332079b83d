import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../rig/process.ts';

/** The formats' own programs. Go builds them at these versions; it needs nothing else. */
const tools = {
  compose: { module: 'github.com/compose-spec/compose-go/v2/cmd', version: 'v2.16.2', program: 'cmd' },
  kustomize: { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.7.1', program: 'kustomize' },
};

const folder = join(import.meta.dirname, '..', '..', '.onsale', 'tools');

type ToolName = keyof typeof tools;
const built = new Map<ToolName, Promise<string>>();

/** Returns the path of a tool, and builds it if needed. */
export function tool(name: ToolName): Promise<string> {
  const path = built.get(name) ?? build(name);
  built.set(name, path);
  return path;
}

async function build(name: ToolName): Promise<string> {
  const { module, version, program } = tools[name];
  const bin = join(folder, `${name}-${version}`);
  const path = join(bin, program);
  if (existsSync(path)) return path;
  const go = Bun.which('go');
  if (!go) throw new Error(`${name} ${version} is built with Go, which is not on the path: install Go 1.24 or newer.`);
  console.log(`building ${module}@${version}`);
  const env = Object.entries(process.env).filter(([key]) => key.startsWith('GO')) as [string, string][];
  await runProcess([go, 'install', `${module}@${version}`], { ...Object.fromEntries(env), GOBIN: bin, GOFLAGS: '' });
  return path;
}
