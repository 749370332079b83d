import { expect, test } from 'bun:test';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };

const guard = join(import.meta.dirname, 'node-version.cjs');

/** Runs the guard as a Node of another version would, and returns the outcome. */
async function onNode(version: string): Promise<{ code: number; said: string }> {
  const pretend = `delete process.versions.bun; Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  const script = `${pretend} require('${guard}'); console.log('went on');`;
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said: out + err };
}

test.each(['8.17.0', '12.22.12', '18.20.8', '19.9.0'])(
  'Node %s is told that it is too old, in a sentence',
  async (version) => {
    const { code, said } = await onNode(version);
    expect(said).toMatch(
      new RegExp(`^Onsale needs Node 20 or newer, and this is Node ${version}\\. Install a newer one .*\\n$`),
    );
    expect(code).toBe(1);
  },
);

test.each(['20.0.0', '100.1.0'])('Node %s goes on', async (version) => {
  expect(await onNode(version)).toEqual({ code: 0, said: 'went on\n' });
});

test('every script of package.json that Node runs is behind the guard, which an old Node can read', async () => {
  const scripts = Object.entries(packageJson.scripts).filter(([, line]) => /\bnode\b/.test(line));
  expect(scripts.length).toBeGreaterThan(10);
  for (const script of scripts) expect(script[1]).toMatch(/^(exec )?node -r \.\/scripts\/node-version\.cjs scripts\//);
  expect(packageJson.engines.node).toBe('>=20');
  const text = await Bun.file(guard).text();
  // Words that came with Node 12 and later: ?. ?? await import
  expect(text).not.toMatch(/\?[.?]|\b(await|import|export)\b|`node:|'node:/);
});
