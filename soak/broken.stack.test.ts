import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { soak } from './soak.ts';

const service = join(import.meta.dirname, '..', 'services', 'booking', 'main.ts');
const money = 'the provider has kept the price of what each buyer owns, and nothing else';

// Each is wrong on a good day too: no fault is needed to see it.
const foundBy: Record<string, string> = {
  'books-unconditionally': 'no ticket is in two live orders',
  'charges-a-cent-more': money,
  'pays-nothing-back': money,
};

const brokenRules = async (options: { patienceMs: number; program?: string[] }) => {
  const verdict = await soak({ seconds: 4, buyers: 60, seed: 1, payments: 'sandbox', chaos: false, ...options });
  return verdict!.checks.filter(({ findings }) => findings.length > 0).map(({ rule }) => rule);
};

test('a service in order passes', async () => expect(await brokenRules({ patienceMs: 20_000 })).toEqual([]), 60_000);

for (const [name, rule] of Object.entries(foundBy)) {
  test(`a service that ${name.replaceAll('-', ' ')} is found out, by the audit too`, async () => {
    const preload = join(import.meta.dirname, 'broken', `${name}.ts`);
    const found = await brokenRules({ patienceMs: 0, program: ['--preload', preload, service] });
    expect(found).toContain(rule);
    expect(found).toContain('booking audit: the books are right');
  }, 60_000);
}
