import type { Comparison } from './compare.ts';
import type { World } from './world.ts';

/** A measurement without a floor. */
export type Finding = { what: string; value: string; aim?: string; met?: boolean };

export type Section = { comparisons: Comparison[]; findings: Finding[] };

/** A hot path: its name for `--only`, its title, and its measurement. */
export type Path = { name: string; about: string; run(world: World): Promise<Section> };
