import { sleep } from '../../shared/async/clock.ts';
import { table } from '../bench/table.ts';
import type { Books } from './books.ts';
import { type Ledger, ordersTold, refundsTold } from './ledger.ts';

/** The figures to watch during a run. */
export type Progress = {
  doubleClicks: number;
  killed(): number;
  strikes: Map<string, number>;
  /** The unfinished work, when the buyers have gone. */
  left: string;
};

const everyMs = 5000;

const sum = (counts: Iterable<number>) => [...counts].reduce((total, n) => total + n, 0);

const requestsOf = ({ answers }: Ledger) => sum(answers.values());

const answered = ({ answers }: Ledger, pattern: RegExp) =>
  sum([...answers].filter(([answer]) => pattern.test(answer)).map(([, times]) => times));

/** Prints the progress every few seconds, until the signal comes. */
export async function tellProgress(
  ledger: Ledger,
  progress: Progress,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  for (let before = 0; ; ) {
    await sleep(everyMs, signal);
    if (signal.aborted) return;
    const requests = requestsOf(ledger);
    const seconds = Math.round((performance.now() - started) / 1000);
    say(`${String(seconds).padStart(5)} s  ${progressLine(ledger, progress, ((requests - before) * 1000) / everyMs)}`);
    before = requests;
  }
}

function progressLine(ledger: Ledger, { killed, strikes, left }: Progress, perSecond: number): string {
  const otherFaults = sum(strikes.values()) - (strikes.get('process killed') ?? 0);
  return [
    `${Math.round(perSecond)} requests/s`,
    `${soldTo(ledger)} sales`,
    `${new Set(refundsTold(ledger).map(({ refund }) => refund.uuid)).size} refunds`,
    `${killed()} processes killed`,
    `${otherFaults} other faults`,
    ...(left ? [left] : []),
  ].join('  ');
}

function soldTo(ledger: Ledger): number {
  const orders = new Set(ordersTold(ledger).map(({ order }) => order.uuid));
  return orders.size + [...ledger.confirmations.values()].filter(({ paid }) => paid).length;
}

/** The tables at the end; `audit` has the audit's findings, if any. */
export function figures(ledger: Ledger, books: Books, progress: Progress, audit: string): string {
  const { orders, refunds } = books;
  const withStatus = (status: string) => orders.filter((order) => order.status === status).length;
  const toldPending = new Set(
    ordersTold(ledger)
      .filter(({ status }) => status === 202)
      .map(({ order }) => order.uuid),
  );
  const late = orders.filter(({ uuid }) => toldPending.has(uuid));
  const failedLate = late.filter(({ status }) => status === 'failed').length;
  const rows: [string, number][] = [
    ['requests', requestsOf(ledger)],
    ['double clicks', progress.doubleClicks],
    ['processes killed (kill -9)', progress.killed()],
    ...progress.strikes,
    ['reservations told', ledger.reservations.size],
    ['orders', orders.length],
    ['… paid', withStatus('paid')],
    ['… failed', withStatus('failed')],
    ['… given back whole', withStatus('refunded')],
    ['payments declined', orders.filter(({ payment }) => payment === 'declined').length],
    ['pending when told, settled late as paid', late.length - failedLate],
    ['pending when told, settled late as failed', failedLate],
    ['refunds', refunds.length],
    ['prices changed', ledger.organiser.repriced],
    ['tickets deleted and imported again', ledger.organiser.gone.length],
    ['deletions refused, for the ticket is bought', ledger.organiser.refused.length],
    ...[...ledger.organiser.deeds].map(([deed, times]): [string, number] => [`shows: ${deed}`, times]),
    ['twin requests', ledger.twins.length],
    ['seats asked for as soon as they were given back', ledger.quiet.length],
    ...ledger.byHand.deeds,
    ['answers lost', answered(ledger, / 0$/)],
    ['answers that a server is away', answered(ledger, /503 unavailable$/)],
    ['findings of the audit', Number(/wrong in (\d+)/.exec(audit)?.[1] ?? (audit && 1))],
  ];
  const answers = [...ledger.answers].sort(([a], [b]) => a.localeCompare(b));
  return [
    table(
      ['what', 'how many'],
      rows.map(([what, n]) => [what, String(n)]),
    ),
    table(
      ['request and answer', 'how many'],
      answers.map(([answer, n]) => [answer, String(n)]),
    ),
  ].join('\n\n');
}
