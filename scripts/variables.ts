// Every environment variable of the product: `bun scripts/variables.ts` prints the table, `--write` writes it to
// docs/configuration.md.

import { join } from 'node:path';
import { variables as booking } from '../services/booking/config.ts';
import { variables as events } from '../services/events/main.ts';
import { connectorVariables } from '../services/search/connector-cli.ts';
import { variables as search } from '../services/search/main.ts';
import type { Variable } from '../shared/config/environment.ts';
import { namesOf } from '../shared/config/sources.ts';
import { variables as standalone } from '../standalone/main.ts';
import { variables as fakeStripe } from '../tests/fake-stripe/main.ts';
import { root, writePart } from './documents.ts';

/** The programs, and the variables that each reads. */
export const programs: Record<string, Record<string, Variable<unknown>>> = {
  events,
  booking,
  search,
  'search connector': connectorVariables,
  'npm start': standalone,
  'fake:stripe': fakeStripe,
};

/**
 * Returns a row per variable: its name, its default (or one per program), the programs that read it, and its meaning.
 */
export function variablesTable(): string {
  const names = [...new Set(Object.values(programs).flatMap((variables) => Object.keys(variables)))];
  const rows = names.map((name) => {
    const readers = Object.entries(programs).filter(([, variables]) => name in variables);
    const defaults = [...new Set(readers.map(([, variables]) => variables[name]!.default))];
    const shown = defaults.map((text) => (text === '' ? 'empty' : `\`${text}\``)).join(', ');
    const who = readers.length === 3 ? 'all' : readers.map(([program]) => program).join(', ');
    const variable = readers[0]![1][name]!;
    const others = namesOf(name, variable).slice(1);
    const also = others.length > 0 ? `. Also ${others.map((other) => `\`${other}\``).join(', ')}` : '';
    return `| \`${name}\` | ${shown} | ${who} | ${variable.meaning}${also} |`;
  });
  return ['| variable | default | read by | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    await writePart(join(root, 'docs', 'configuration.md'), 'variables', variablesTable());
  } else console.log(variablesTable());
}
