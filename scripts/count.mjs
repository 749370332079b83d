import { run } from './bootstrap.mjs';

/**
 * Runs `bun <args>` (a `bun test …`), its output streamed through, and counts from its closing summary.
 * A run that ended badly, or before its summary (a test that exits the process), counts as a failure, whatever its
 * output. Returns the `output`, too.
 */
export async function runCounted(bun, args, env = {}) {
  let output = '';
  const color = process.stderr.isTTY ? { FORCE_COLOR: '1' } : {};
  const code = await run(bun, args, {
    env: { ...color, ...env },
    onOutput: (text) => {
      output += text;
    },
  });
  const counts = parseSummary(output);
  if (!counts.complete || (code !== 0 && counts.failed === 0)) {
    const how = counts.complete ? 'named no failed test' : 'did not finish';
    console.log(`"bun ${args.join(' ')}" ended with code ${code} and ${how}: counted as one failure more.`);
    counts.failed += 1;
  }
  return { ...counts, output };
}

/** The lines of an output, without colours. */
function linesOf(output) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return output.replace(/\x1b\[[0-9;]*m/g, '').split(/\r?\n/);
}

/** Reads the block above the last "Ran N tests"; without one, bun ended early and the single results count. */
function parseSummary(output) {
  const lines = linesOf(output);
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across \d+ files?\./.test(line));
  if (end < 0) {
    const count = (word) => lines.filter((line) => line.startsWith(`(${word})`)).length;
    return { passed: count('pass'), failed: count('fail'), skipped: count('skip'), complete: false };
  }
  const start = lines.findLastIndex((line, index) => index < end && line.trim() === '') + 1;
  const counts = {};
  for (const line of lines.slice(start, end)) {
    const [, number, word] = /^ *(\d+) (pass|fail|skip|error)s?$/.exec(line) ?? [];
    if (word) counts[word] = Number(number);
  }
  // An error outside of any test is usually counted as a failure too; once is enough.
  const { pass = 0, fail = 0, skip = 0, error = 0 } = counts;
  return { passed: pass, failed: Math.max(fail, error), skipped: skip, complete: true };
}

/** Each failed test once: the last lines of its output, up to its name. */
function failures(output, lines = 20) {
  const all = linesOf(output);
  const told = new Map();
  for (const [end, line] of all.entries()) {
    const name = line.replace(/ \[[\d.]+m?s\]$/, '');
    if (!line.startsWith('(fail) ') || told.has(name)) continue;
    const before = all.findLastIndex((other, index) => index < end && /^\((pass|fail|skip|todo)\) /.test(other));
    told.set(name, all.slice(Math.max(before + 1, end - lines), end + 1).join('\n'));
  }
  return [...told.values()];
}

/**
 * Adds up several runs, prints the total as the very last line, and returns the exit code. Failures are repeated just
 * above, for readers who see only the end of a long run.
 */
export function report(results) {
  const stories = results.flatMap(({ output }) => failures(output)).slice(0, 10);
  if (stories.length > 0) console.log(['', 'Failed:', ...stories].join('\n'));
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
  console.log('');
  if (skipped) console.log(`${skipped} skipped`);
  if (passed + failed === 0) console.log('No test ran.');
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
