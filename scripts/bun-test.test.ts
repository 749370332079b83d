import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

async function bunTest(...args: string[]): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = Bun.spawn([process.execPath, 'test', ...args], { cwd: root, env, stdout: 'pipe', stderr: 'pipe' });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said: out + err };
}

describe('a plain bun test', () => {
  test.each(['stack.test', 'tests/deploy/'])('leaves out tests that need more than a clone: %s', async (pattern) => {
    const { code, said } = await bunTest(pattern);
    expect(said).toContain('did not match any test files');
    expect(code).toBe(1);
  });

  test('fails, and skips nothing, when a test of a real server is requested and there is none', async () => {
    const file = 'shared/feed/redis.stack.test.ts';
    const { code, said } = await bunTest('--path-ignore-patterns=none', file);
    expect(said).toMatch(/REDIS_\w+ names no \w+: `npm run test:stack` needs/);
    expect(said).not.toMatch(/\bskip\b/);
    expect(code).not.toBe(0);
  });

  describe('bun test with slow tests', () => {
    let dir: string;
    beforeAll(async () => {
      await mkdir(join(root, '.onsale'), { recursive: true });
      dir = await mkdtemp(join(root, '.onsale', 'bun-test-'));
      const slow = `import { test } from 'bun:test';\ntest('is patient', () => Bun.sleep(50));\n`;
      for (const name of ['a', 'b']) await writeFile(join(dir, `${name}.test.ts`), slow);
    });
    afterAll(() => rm(dir, { recursive: true, force: true }));

    test('has the long timeout in every file, not only in the first', async () => {
      const { code, said } = await bunTest('--timeout=1', join(dir, 'a.test.ts'), join(dir, 'b.test.ts'));
      expect(said).toContain(' 2 pass\n 0 fail');
      expect(code).toBe(0);
    });
  });
});
