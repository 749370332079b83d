import { join } from 'node:path';
import { runProcess } from '../rig/process.ts';
import { tool } from './tools.ts';

export type ComposeService = {
  image: string;
  build?: { args: { SERVICE: string } };
  command: string[] | null;
  environment?: Record<string, string>;
  ports?: { target: number; published: string; host_ip: string }[];
  volumes?: { type: string; source: string; target: string }[];
  profiles: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart: string;
  read_only?: boolean;
  cap_drop?: string[];
};

export type Compose = { services: Record<string, ComposeService>; volumes: Record<string, unknown> };

/** compose.yaml as the specification's own loader reads it; throws the loader's error. */
export async function loadCompose(root: string, env: Record<string, string> = {}): Promise<Compose> {
  return JSON.parse(await runProcess([await tool('compose'), '-format', 'json', join(root, 'compose.yaml')], env));
}

/** The services that a profile starts. */
export const startedBy = ({ services }: Compose, profile: string) =>
  Object.entries(services).filter(([, service]) => service.profiles.includes(profile));
