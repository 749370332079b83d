import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bun, root } from '../rig/targets.ts';

export type Buyer = { userUuid: string; methodUuid: string };

/** Finds an event by words, and buys its first free seat. */
export type BuySeat = (
  at: { events: string; booking: string; search: string },
  words: string,
  buyer: Buyer,
) => Promise<{ order: object; seat?: { uuid: string; status: string } }>;

/**
 * Copies a folder of programs, so that files may be added: within the clone, so that their packages are found, and at
 * the same depth, so that their imports are right.
 */
export async function copyPrograms(name: string) {
  const parent = join(root, '.onsale', name);
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'run-'));
  await cp(join(import.meta.dirname, name), folder, { recursive: true });

  /** Returns the compiler's findings; nothing when all is right. */
  async function compile(): Promise<string> {
    const tsc = Bun.spawn([bun, 'x', '--bun', 'tsc', '-p', folder], { cwd: root, stdout: 'pipe', stderr: 'inherit' });
    return await tsc.stdout.text();
  }

  return {
    folder,
    compile,
    load: async () => ((await import(join(folder, 'buy-seat.ts'))) as { buySeat: BuySeat }).buySeat,

    /** Makes a copy of `buy-seat.ts` with each mistake, and returns those of them that do not compile. */
    async refused(mistakes: Record<string, readonly [right: string, wrong: string]>): Promise<string[]> {
      const text = await Bun.file(join(folder, 'buy-seat.ts')).text();
      for (const [file, [right, wrong]] of Object.entries(mistakes)) {
        if (!text.includes(right)) throw new Error(`buy-seat.ts has no ${right}`);
        await Bun.write(join(folder, file), text.replace(right, wrong));
      }
      const files = [...(await compile()).matchAll(/([\w-]+\.ts)\(/g)].map((match) => match[1]!);
      return [...new Set(files)].sort();
    },

    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
