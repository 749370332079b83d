import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { root } from '../rig/targets.ts';
import { type Break, breaks } from './breaks.ts';

// Otherwise the deliberately broken service would be sound.
test.each(Object.entries<Break>(breaks))('the texts that %s replaces stand in its source, once', async (_, one) => {
  const source = await Bun.file(join(root, one.file)).text();
  for (const text of Object.keys(one.changes)) expect([text, source.split(text).length - 1]).toEqual([text, 1]);
});
