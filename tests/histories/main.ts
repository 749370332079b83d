// Records histories of the sale and judges them: `bun tests/histories/main.ts --seconds 60 --seed 7`.
import { parseArgs } from 'node:util';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { stopTestPostgres } from '../../shared/testing/database.ts';
import { expireInPostgres } from './expire.ts';
import { judge } from './judge.ts';
import { live } from './live.ts';
import { startShortSale } from './testing.ts';
import { weatherOf } from './weather.ts';
import type { ActName } from './workload.ts';

await runOnce(async () => {
  const values = options();
  const seconds = whole('seconds', values.seconds);
  const firstSeed = whole('seed', values.seed);
  const most = whole('histories', values.histories);
  if (values.operations !== undefined) whole('operations', values.operations);
  const sale = await startShortSale();
  const until = performance.now() + seconds * 1000;
  const total = { histories: 0, operations: 0, bad: 0, excused: 0, judgeMs: 0 };
  for (let seed = firstSeed; performance.now() < until && total.histories < most; seed++) {
    const { name, weather, operations, expires } = weatherOf(seed, values.weather);
    const life = await live(sale, {
      seed,
      weather,
      operations: Number(values.operations ?? operations),
      without: values.without.split(',') as ActName[],
      ...(expires && { expire: expireInPostgres }),
    });
    const begun = performance.now();
    const judgement = judge(life);
    const ms = performance.now() - begun;
    total.histories++;
    total.operations += judgement.operations;
    total.excused += judgement.excused;
    total.judgeMs += ms;
    if (judgement.findings.length > 0) total.bad++;
    const verdict = judgement.findings.length === 0 ? 'right' : 'WRONG';
    console.log(
      `seed ${seed}, ${name}: ${judgement.operations} operations in ${Math.round(life.ms)} ms, ${life.processes} processes; ${verdict}, judged in ${Math.round(ms)} ms, ${judgement.excused} excused`,
    );
    if (values.keep && judgement.findings.length > 0) {
      await Bun.write(`${values.keep}/${name}-${seed}.json`, JSON.stringify(life.operations, null, 1));
    }
    for (const finding of judgement.findings) console.log(`\n${finding}\n`);
    if (judgement.findings.length > 0 && values['stop-at-first']) break;
  }
  console.log(JSON.stringify(total));
  await sale.drop();
  await stopTestPostgres();
  process.exit(total.bad > 0 ? 1 : 0);
});

function options() {
  try {
    return parseArgs({
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: '1' },
        operations: { type: 'string' },
        histories: { type: 'string', default: '1000000' },
        weather: { type: 'string', default: '' },
        without: { type: 'string', default: '' },
        keep: { type: 'string', default: '' },
        'stop-at-first': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : error}\nUsage: npm run histories -- [--seconds 60] [--seed 1]`,
    );
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} must be a whole number, not ${text}`);
  return Number(text);
}
