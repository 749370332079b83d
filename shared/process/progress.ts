/** Called as work goes on: `done` of `total`, and the counted things. */
export type OnProgress = (done: number, total: number, label: string) => void;

/** The part of `process.stderr` that a bar needs. */
export type ProgressStream = {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
};

const barWidth = 24;
const redrawMs = 100;

/**
 * Returns an `onProgress` that shows the progress, speed and remaining time of a load: on a terminal one line that is
 * overwritten, elsewhere (a log) a plain line about every tenth. The clock runs from this call.
 */
export function progressBar(stream: ProgressStream, now: () => number = () => performance.now()): OnProgress {
  const started = now();
  return stream.isTTY ? drawnLine(stream, started, now) : plainLines(stream, started, now);
}

function drawnLine(stream: ProgressStream, started: number, now: () => number): OnProgress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return (done, total, label) => {
    const finished = done >= total;
    if (!finished && now() - drawnAt < redrawMs) return;
    drawnAt = now();
    const full = Math.round(share(done, total) * barWidth);
    const line = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${status(done, total, label, now() - started)}`;
    // A line that wraps cannot be overwritten; the rest of a longer line is cleared.
    stream.write(`\r${line.slice(0, (stream.columns ?? 80) - 1)}\u001b[K${finished ? '\n' : ''}`);
  };
}

function plainLines(stream: ProgressStream, started: number, now: () => number): OnProgress {
  let tenths = 0;
  return (done, total, label) => {
    const reached = Math.floor(share(done, total) * 10);
    if (reached <= tenths) return;
    tenths = reached;
    stream.write(`${status(done, total, label, now() - started)}\n`);
  };
}

function status(done: number, total: number, label: string, elapsedMs: number): string {
  const percent = `${Math.floor(share(done, total) * 100)} %`.padStart(5);
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const rate = `${count(Math.round(perSecond))}/s`;
  const time = done >= total ? `in ${duration(elapsedMs)}` : `${left(total - done, perSecond)} left`;
  return `${percent}  ${count(done)} of ${count(total)} ${label}, ${rate}, ${time}`;
}

const share = (done: number, total: number) => (total > 0 ? Math.min(1, done / total) : 1);
const count = (n: number) => n.toLocaleString('en-US');
const left = (rest: number, perSecond: number) => (perSecond > 0 ? duration((rest / perSecond) * 1000) : '?');

function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
