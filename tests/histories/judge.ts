import { picture } from './explain.ts';
import { joinRepeats } from './history.ts';
import type { Life } from './live.ts';
import { rules } from './rules.ts';
import { checkSeats } from './seats.ts';

/** Returns the faults of a history, each in words. */
export type Judgement = { findings: string[]; operations: number; excused: number; configs: number };

export function judge(life: Life): Judgement {
  const { violations, excused, configs } = checkSeats(joinRepeats(life.operations), life.seats);
  const broken = Object.entries(rules).flatMap(([rule, check]) => check(life).map((finding) => `${rule}: ${finding}`));
  return { findings: [...violations.map(picture), ...broken], operations: life.operations.length, excused, configs };
}
