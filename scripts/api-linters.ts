import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';

const root = join(import.meta.dirname, '..');
const redocly = join(root, 'node_modules', '@redocly', 'cli', 'bin', 'cli.js');

/**
 * Returns all findings of Redocly's and Spectral's recommended rules for OpenAPI in documents, errors and warnings
 * alike, a line each. No rule is off.
 */
export async function problemsOf(documents: Record<string, object>): Promise<string[]> {
  return [...(await redoclyProblems(documents)), ...(await spectralProblems(documents))];
}

async function spectralProblems(documents: Record<string, object>): Promise<string[]> {
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset({ extends: [spectralRulesets.oas as RulesetDefinition] });
  const problems: string[] = [];
  for (const [name, document] of Object.entries(documents)) {
    for (const { code, message, path } of await spectral.run(JSON.stringify(document))) {
      problems.push(`spectral: ${name}: ${code} at ${path.join('/')}: ${message}`);
    }
  }
  return problems;
}

type RedoclyReport = {
  problems: { ruleId: string; message: string; location: { pointer?: string }[] }[];
};

/** Redocly's rules are only available in its program, which reads files and reports on each. */
async function redoclyProblems(documents: Record<string, object>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-api-'));
  try {
    const found = Object.entries(documents).map(async ([name, document]) => {
      const file = join(folder, `${name}.json`);
      await Bun.write(file, JSON.stringify(document));
      return (await reportOn(file)).problems.map(
        ({ ruleId, message, location: [at] }) => `redocly: ${name}: ${ruleId} at ${at?.pointer}: ${message}`,
      );
    });
    return (await Promise.all(found)).flat();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reportOn(file: string): Promise<RedoclyReport> {
  const command = ['lint', '--extends=recommended', '--format=json', '--max-problems=1000', file];
  // Otherwise it would send telemetry, and check for a newer version.
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const linter = Bun.spawn([process.execPath, redocly, ...command], {
    cwd: dirname(file),
    env: { ...process.env, ...quiet },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [report, said] = await Promise.all([linter.stdout.text(), linter.stderr.text(), linter.exited]);
  if (!report.trim().startsWith('{')) throw new Error(`redocly did not come to its end:\n${report}${said}`);
  return JSON.parse(report) as RedoclyReport;
}
