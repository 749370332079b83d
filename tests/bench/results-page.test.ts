import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedPart, type Results, stackPart, writeResults } from './results-page.ts';

const results = (commit: string): Results => ({
  machine: [['commit', commit]],
  measured: [],
  warnings: [],
  seconds: 60,
});

test('each run replaces its own part, in any order', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-results-'));
  const path = join(dir, 'RESULTS.md');
  try {
    await writeResults(path, results('aaa'), true);
    await writeResults(path, results('bbb'), false);
    expect(await Bun.file(path).text()).toBe(`${embeddedPart(results('bbb'))}\n${stackPart(results('aaa'))}`);
    await writeResults(path, results('ccc'), true);
    await writeResults(path, results('ddd'), false);
    expect(await Bun.file(path).text()).toBe(`${embeddedPart(results('ddd'))}\n${stackPart(results('ccc'))}`);
  } finally {
    await rm(dir, { recursive: true });
  }
});
