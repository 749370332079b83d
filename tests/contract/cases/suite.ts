import type { Target } from '../../rig/targets.ts';
import type { Answer } from '../answers.ts';
import type { Client } from '../client.ts';

/** What each group of cases is given once the target runs. */
export type Suite = { api: Client; target: Target; answers: Answer[] };
