import type { Target } from '../../rig/targets.ts';
import type { Answer } from '../answers.ts';
import type { Client } from '../client.ts';

/** The context of each group of cases once the target runs. */
export type Suite = { api: Client; target: Target; answers: Answer[] };
