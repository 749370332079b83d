import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { postgresEnv } from '../contract/targets.ts';
import { createRandom } from '../drizzle/seed/random.ts';
import { openDb } from '../shared/db/client.ts';
import { stackAddress } from '../shared/testing/stack.ts';
import { createApi } from './api.ts';
import { openArena } from './arena.ts';
import { readBooks } from './books.ts';
import { buy } from './buyer.ts';
import { rage } from './chaos.ts';
import { figures, type Progress, tellProgress } from './figures.ts';
import { judge } from './judge.ts';
import { createLedger } from './ledger.ts';
import { processLog, startProcesses } from './processes.ts';
import { createRequests } from './requests.ts';
import type { Settings } from './settings.ts';
import { keyPatienceMs, readLists, settle } from './settle.ts';
import { sandboxTill, stripeTill } from './till.ts';

export type SoakOptions = Settings & {
  chaos?: boolean;
  /** How long what is open may take to end, when all is over. */
  patienceMs?: number;
  /** What the processes run, in place of the service: a broken one, to see that it is found out. */
  program?: string[];
  say?(line: string): void;
  /** Ends it before its time, without a verdict. */
  signal?: AbortSignal;
};

/** What must hold, each with what breaks it; and the tables. */
export type Verdict = { checks: { rule: string; findings: string[] }[]; figures: string };

const processCount = 3;
/** So that holds end and sweeps come within the run, and meet those who are still at it. */
const shortTimes = { TICKET_LOCK_TTL_SECONDS: '5', PAYMENT_SWEEP_AFTER: '3s', PAYMENT_ACTION_TIMEOUT: '6s' };
/** A short run has each fault in it, and a long one is not in peace for long. */
const pausesPerRun = 40;
const longestPauseMs = 4000;

/** Buyers buy from several processes whose servers come and go; then answers, database and provider must agree. */
export async function soak(options: SoakOptions): Promise<Verdict | undefined> {
  const { seconds, buyers, seed, payments, chaos = true, patienceMs = keyPatienceMs, program } = options;
  const { say = () => {} } = options;
  mkdirSync(dirname(processLog), { recursive: true });
  writeFileSync(processLog, '');
  const { config, arena, drop } = await openArena();
  const db = openDb(config, { max: 2, deadlineMs: 30_000 });
  // Whoever listens to webhooks is there only after the till, which tells it where to ask.
  let urls: string[] = [];
  const till = payments === 'stripe' ? await stripeTill(createRandom(seed, -1), () => urls) : sandboxTill();
  const env = { ...postgresEnv(config), ...shortTimes, ...till.env, REDIS_ADDR: stackAddress('REDIS_ADDR') };
  const processes = await startProcesses(processCount, env, program);
  urls = processes.urls;
  const settled = new AbortController();
  try {
    const ledger = createLedger();
    const progress: Progress = { doubleClicks: 0, killed: processes.killed, strikes: new Map(), left: '' };
    tellProgress(ledger, progress, say, settled.signal);
    const api = createApi(processes.urls, ledger);
    const over = AbortSignal.any([AbortSignal.timeout(seconds * 1000), ...(options.signal ? [options.signal] : [])]);
    const users = Array.from({ length: buyers }, (_, i) => {
      const random = createRandom(seed, i + 2);
      const user = random.uuid();
      return { user, random, requests: createRequests(api, ledger, random, user) };
    });
    const onDoubleClick = () => void progress.doubleClicks++;
    const pauseMs = Math.min(longestPauseMs, (seconds * 1000) / pausesPerRun);
    await allOf([
      ...users.map(({ random, requests }) => buy({ arena, till, random, requests, onDoubleClick }, over)),
      ...(chaos ? [rage({ processes, random: createRandom(seed, 0), pauseMs, strikes: progress.strikes }, over)] : []),
      ...(chaos ? [till.rage(createRandom(seed, -2), over)] : []),
    ]);
    if (options.signal?.aborted) return undefined;

    const deps = { api, ledger, db, random: createRandom(seed, 1) };
    await settle(deps, patienceMs, (left) => {
      progress.left = left;
    });
    await readLists(
      deps,
      users.map(({ user }) => user),
    );
    const audit = await processes.run('audit').then(
      () => [],
      (error: Error) => [error.message],
    );
    const books = await readBooks(db, await till.kept(db));
    const codes = await processes.stop();
    return {
      checks: [
        ...judge(ledger, books),
        ...(chaos ? [{ rule: 'the storm came: processes and servers were taken away', findings: calm(progress) }] : []),
        { rule: 'booking audit: the books are right', findings: audit },
        { rule: 'every process ends in order', findings: codes.filter(Boolean).map((code) => `exit code ${code}`) },
      ],
      figures: figures(ledger, books, progress, audit.join()),
    };
  } finally {
    settled.abort();
    await processes.stop();
    await till.close();
    await db.close();
    await drop();
  }
}

function calm({ killed, strikes }: Progress): string[] {
  const struck = (name: string) => [...strikes.keys()].some((fault) => fault.startsWith(name));
  return [
    ...(killed() > 0 ? [] : ['no process was killed']),
    ...['Redis', 'PostgreSQL'].filter((name) => !struck(name)).map((name) => `${name} was not taken away`),
  ];
}

/** All to their end, for a server that is down must come up again; then the first failure. */
async function allOf(work: Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}
