import type { Comparison } from './compare.ts';
import type { World } from './world.ts';

/** Something measured that has no floor. */
export type Finding = { what: string; value: string; aim?: string; met?: boolean };

export type Section = { comparisons: Comparison[]; findings: Finding[] };

/** A hot path: what `--only` calls it, what is measured, and how. */
export type Path = { name: string; about: string; run(world: World): Promise<Section> };
