import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createRandom } from '../../drizzle/seed/random.ts';
import { openDb } from '../../shared/db/client.ts';
import { postgresEnv } from '../rig/targets.ts';
import { createApi } from './api.ts';
import { beginMatinee, openArena } from './arena.ts';
import { strangeFindings } from './audit.ts';
import { readBooks } from './books.ts';
import type { BreakName } from './breaks.ts';
import { buy } from './buyer.ts';
import { injectFaults } from './chaos.ts';
import { figures, type Progress, tellProgress } from './figures.ts';
import { judge } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { organise } from './organiser.ts';
import { type PaymentRig, sandboxRig, stripeRig } from './payment-rig.ts';
import { processLog, startEvents, startProcesses } from './processes.ts';
import { giveBackQuietly, holdsEnded } from './quiet.ts';
import { createRequests } from './requests.ts';
import { holdMs, type Settings } from './settings.ts';
import { keyPatienceMs, readLists, repeatAccepted, settle } from './settle.ts';
import { runShows } from './shows.ts';

export type SoakOptions = Settings & {
  chaos?: boolean;
  /** On a slow machine it goes on until enough has happened; for five times its length at most. */
  isEnough?: (ledger: Ledger) => boolean;
  /** How long open work may take to end, after the run. */
  patienceMs?: number;
  /** The mistake of the processes, to check that it is caught. */
  breakAs?: BreakName;
  say?(line: string): void;
  /** Ends the run early, without a verdict. */
  signal?: AbortSignal;
};

/** The rules, each with its breaches; and the tables. */
export type Verdict = { checks: { rule: string; findings: string[] }[]; figures: string };

const processCount = 3;
/** Short times, so that sweeps run within the run, during other requests. */
const shortTimes = {
  TICKET_LOCK_TTL_SECONDS: String(holdMs / 1000),
  PAYMENT_SWEEP_AFTER: '3s',
  PAYMENT_ACTION_TIMEOUT: '6s',
};
/** The share of each second; so that there is something to lose. */
const calmShareMs = 150;

/** The matinee begins no earlier, as a share of the run. */
const matineeShare = 0.6;

export const auditRule = 'booking audit: the books are right, but for what was done by hand';

/** A short run has each fault, and a long one has no long pause. */
const pausesPerRun = 40;
const longestPauseMs = 4000;

/** Buyers buy from several processes whose servers come and go; then responses, database and provider must agree. */
export async function soak(options: SoakOptions): Promise<Verdict | undefined> {
  const { seconds, buyers, seed, payments, chaos = true, patienceMs = keyPatienceMs, breakAs } = options;
  const { say = () => {}, isEnough = () => true } = options;
  mkdirSync(dirname(processLog), { recursive: true });
  writeFileSync(processLog, '');
  const { config, arena, drop } = await openArena();
  const db = openDb(config, { max: 6, deadlineMs: 30_000 });
  // The receivers of webhooks start only after the payment rig, whose address they need.
  let urls: string[] = [];
  const paymentRig = payments === 'stripe' ? await stripeRig(createRandom(seed, -1), () => urls) : sandboxRig();
  const { REDIS_ADDR } = process.env;
  const servers = { ...postgresEnv(config), ...(REDIS_ADDR && { REDIS_ADDR }) };
  const env = { ...servers, ...shortTimes, ...paymentRig.env };
  const processes = await startProcesses(processCount, env, breakAs);
  urls = processes.urls;
  const events = await startEvents(servers);
  const settled = new AbortController();
  try {
    const ledger = createLedger();
    const progress: Progress = { doubleClicks: 0, killed: processes.killed, strikes: new Map(), left: '' };
    tellProgress(ledger, progress, say, settled.signal);
    const api = createApi(processes.urls, ledger);
    const shows = { arena, ledger, booking: api, events: createApi([`http://127.0.0.1:${events.ports[0]}`], ledger) };
    const wasCalm = () => (chaos ? calm(progress) : []);
    const isAllSeen = () => isEnough(ledger) && [...idle(ledger, paymentRig), ...wasCalm()].length === 0;
    const over = AbortSignal.any([
      longEnough(seconds, isAllSeen, settled.signal),
      ...(options.signal ? [options.signal] : []),
    ]);
    const users = Array.from({ length: buyers }, (_, i) => {
      const random = createRandom(seed, i + 2);
      const user = random.uuid();
      return { user, random, requests: createRequests(api, ledger, random, user) };
    });
    const onDoubleClick = () => void progress.doubleClicks++;
    const pauseMs = Math.min(longestPauseMs, (seconds * 1000) / pausesPerRun);
    const { strikes } = progress;
    const { locksLost } = ledger;
    const storm = {
      processes,
      random: createRandom(seed, 0),
      calmMs: seconds * calmShareMs,
      pauseMs,
      strikes,
      locksLost,
    };
    await allOf([
      ...users.map((one) => buy({ ...one, arena, paymentRig, ledger, onDoubleClick }, over)),
      organise({ arena, db, ledger, random: createRandom(seed, -3) }, over),
      beginMatinee(db, arena, { afterMs: seconds * 1000 * matineeShare, signal: over }),
      runShows({ ...shows, random: createRandom(seed, -5), stepMs: stepOf(seconds) }, over),
      ...(paymentRig.byHand ? [paymentRig.byHand(createRandom(seed, -4), ledger, over)] : []),
      ...(chaos ? [injectFaults(storm, over), paymentRig.injectFaults(createRandom(seed, -2), over)] : []),
    ]);
    if (options.signal?.aborted) return undefined;

    const deps = { api, ledger, db, random: createRandom(seed, 1) };
    const settleAll = async () => {
      await paymentRig.quiet();
      await settle(deps, patienceMs, (left) => {
        progress.left = left;
      });
      await readLists(
        deps,
        users.map(({ user }) => user),
      );
    };
    await settleAll();
    if (patienceMs > 0) await holdsEnded(ledger);
    await giveBackQuietly(deps, arena);
    await repeatAccepted(deps);
    await settleAll();
    const audit = await processes.run('audit').then(
      () => [],
      (error: Error) => [error.message],
    );
    const ofShows = ledger.shows.map(({ event }) => event);
    const books = await readBooks(db, arena, ofShows, await paymentRig.books(db));
    const codes = [...(await processes.stop()), await events.stop()];
    return {
      checks: [
        ...judge(ledger, books),
        { rule: 'the storm came, if one was asked for: processes and servers were taken away', findings: wasCalm() },
        {
          rule: 'others were at work, too: the organiser, and hands at the provider',
          findings: idle(ledger, paymentRig),
        },
        { rule: 'seats were given back at a quiet moment', findings: ledger.quiet.length > 0 ? [] : ['none was'] },
        { rule: auditRule, findings: strangeFindings(audit.join(), ledger, books) },
        { rule: 'every process ends in order', findings: codes.filter(Boolean).map((code) => `exit code ${code}`) },
      ],
      figures: figures(ledger, books, progress, audit.join()),
    };
  } finally {
    settled.abort();
    await processes.stop();
    await events.stop();
    await paymentRig.close();
    await db.close();
    await drop();
  }
}

/** A show has ten steps or so. */
const stepOf = (seconds: number) => Math.min(1500, Math.max(300, (seconds * 1000) / 25));

const maxTimesLonger = 5;

/** Aborts when the time is over and enough has happened, or it takes much too long. */
function longEnough(seconds: number, isEnough: () => boolean, settled: AbortSignal): AbortSignal {
  const enough = new AbortController();
  const began = performance.now();
  const timer = setInterval(() => {
    const times = (performance.now() - began) / 1000 / seconds;
    if (times >= maxTimesLonger || (times >= 1 && isEnough())) enough.abort();
  }, 50);
  for (const end of [enough.signal, settled]) end.addEventListener('abort', () => clearInterval(timer));
  return enough.signal;
}

function calm({ killed, strikes }: Progress): string[] {
  const struck = (name: string) => [...strikes.keys()].some((fault) => fault.startsWith(name));
  return [
    ...(killed() > 0 ? [] : ['no process was killed']),
    ...['Redis', 'PostgreSQL'].filter((name) => !struck(name)).map((name) => `${name} was not taken away`),
  ];
}

function idle({ organiser, byHand, answers }: Ledger, { byHand: hands }: PaymentRig): string[] {
  const { gone, refused, repriced, deeds: steps } = organiser;
  const deeds = ['payment given back by hand', 'payment disputed'];
  return [
    ...(gone.length > 0 && refused.length > 0 && repriced > 0 ? [] : ['the organiser did not do everything']),
    ...([...answers.keys()].some((answer) => answer.endsWith(' 409 sales_ended')) ? [] : ['nothing refused as begun']),
    ...(steps.has('cancel') ? [] : ['no show went through all its steps']),
    ...(hands ? deeds.filter((deed) => !byHand.deeds.has(deed)).map((deed) => `no ${deed}`) : []),
  ];
}

/** Waits for all, as a stopped server must come up again; then throws the first failure. */
async function allOf(work: Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}
