import { type Measured, tables } from './report.ts';
import { table } from './table.ts';

export type Results = { machine: [string, string][]; measured: Measured[]; warnings: string[]; seconds: number };

const stackHeading = '# On the real servers';

/** Writes one of the page's two parts, and leaves the other as it is. */
export async function writeResults(path: string, results: Results, onStack: boolean): Promise<void> {
  const before = (await Bun.file(path).exists()) ? await Bun.file(path).text() : '';
  const at = before.indexOf(`\n${stackHeading}`);
  const [embedded, stack] = at < 0 ? [before, ''] : [before.slice(0, at), before.slice(at)];
  await Bun.write(path, onStack ? `${embedded}\n${stackPart(results)}` : embeddedPart(results) + stack);
}

export function embeddedPart({ machine, measured, warnings, seconds }: Results): string {
  return joined(
    '# How fast it is',
    intro(seconds),
    table(['', ''], machine),
    reading,
    tables(measured),
    doubts(warnings),
  );
}

export function stackPart({ machine, measured, warnings, seconds }: Results): string {
  return joined(stackHeading, stackIntro(seconds), table(['', ''], machine), tables(measured), doubts(warnings));
}

const joined = (...parts: string[]) => `${parts.filter(Boolean).join('\n\n')}\n`;

const doubts = (warnings: string[]) =>
  warnings.length > 0 ? `## Doubts\n\n${warnings.map((warning) => `- ${warning}`).join('\n')}` : '';

const stackIntro = (seconds: number) =>
  `Written by \`npm run bench -- --stack\` (${(seconds / 60).toFixed(1)} minutes): locks, caches and live views in Redis, changes ` +
  'through Debezium and Kafka, the index in Elasticsearch, all on this one machine beside the services, the load generator and the ' +
  'floor. Beside a floor the services run from source, as above; draining, searchable and memory-binaries are about the ' +
  'compiled binaries. Read it like the tables above.' +
  (process.env.BENCH_NOTE ? ` ${process.env.BENCH_NOTE}` : '');

const intro = (seconds: number) =>
  `Written by \`npm run bench\` (${(seconds / 60).toFixed(1)} minutes; \`-- --only name\` measures one path, \`-- --quick\` only ` +
  'tries whether everything runs). Numbers of one machine say little about another; the ratios travel better.';

const reading = `## How to read it

The **floor** is a bare Hono on the same Bun, a process of its own, that returns the same bytes with the same content type from
memory. The **ratio** says what is left of its speed when a request also gets its id, its log line, its checks, its security
headers, its fresh data. Service and floor take turns, round by round (A B A B), so that what else the machine does meets both.
A rate is the median of all rounds, with the lowest and highest; *ratio* divides the medians; *ratio by round* divides within
each round and gives the median of that, lowest and highest. When the two ratios differ, the machine was busy: measure again.

*CPU a request* is the processor time of the server's process alone, so it hardly minds what else runs. *generator* is how much of
one core the load generator used: above 90 % it may be what is measured, and the true ratio is nearer to that of the CPU times.
p50 and p99 are of a rush that keeps every connection busy; they follow from the rate and the number of connections. An event page
waits for a read that it shares with others, which in a crowd begins at most every 4 ms: that path is measured with more connections, too.

Everything runs as a user has it: default settings, one log line per request (into a pipe that is drained and not looked at), the
embedded PostgreSQL with fsync on, all on this machine. The load generator is a process of its own on raw sockets over 127.0.0.1,
one request under way per connection. Every status is checked, and the bench fails at the first that is not as expected.

Small responses stay far below their floor: the floor needs 8 to 10 µs, and the shell alone (id, log line, headers, metrics, time
limit) adds about 6; a response that has waited for a read is sent by Bun outside its request's own turn, which costs about as much
again; checking a query takes 3. Nothing of this grows with the page, so large pages come close to theirs.`;
