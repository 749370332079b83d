// `npm run soak`: see tests/README.md.
import { runOnce } from '../../shared/process/lifecycle.ts';
import { settingsFrom } from './settings.ts';
import { soak } from './soak.ts';

const maxShown = 20;

await runOnce(async () => {
  const settings = settingsFrom(process.env);
  const { seconds, buyers, seed, payments } = settings;
  console.log(`${buyers} buyers, ${seconds} s, SOAK_PAYMENTS=${payments} SOAK_SEED=${seed}`);
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
  const verdict = await soak({ ...settings, say: console.log, signal: ended.signal });
  if (!verdict) process.exit(130);
  console.log(`\n${verdict.figures}\n`);
  for (const { rule, findings } of verdict.checks) {
    console.log(`(${findings.length === 0 ? 'pass' : 'fail'}) ${rule}`);
    for (const finding of findings.slice(0, maxShown)) console.log(`       ${finding}`);
    if (findings.length > maxShown) console.log(`       … and ${findings.length - maxShown} more`);
  }
  const failed = verdict.checks.filter(({ findings }) => findings.length > 0).length;
  if (failed > 0)
    console.log(`\nWhat the processes said last is in .onsale/soak/; SOAK_SEED=${seed} makes the same choices again.`);
  console.log(`\n${verdict.checks.length - failed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
});
