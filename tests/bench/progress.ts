/** Shows the current step on standard error: a terminal gets one line that changes, a log a line for each step. */
export type Progress = {
  /** Begins a part of the work. */
  begin(title: string): void;
  say(what: string): void;
  /** Reports something that makes the numbers doubtful; kept for the report. */
  warn(what: string): void;
  warnings: string[];
  done(): void;
};

export function createProgress(stream: NodeJS.WriteStream, now = () => performance.now()): Progress {
  const began = now();
  let title = '';
  let last = '';
  const write = (text: string) => {
    if (text === last) return;
    last = text;
    stream.write(stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  };
  const clock = () => `${((now() - began) / 1000).toFixed(0).padStart(4)} s`;
  const warnings: string[] = [];
  return {
    warnings,
    warn(what) {
      const warning = title ? `${title}: ${what}` : what;
      warnings.push(warning);
      write(`${clock()}  WARNING ${warning}`);
      if (stream.isTTY) stream.write('\n');
    },
    begin(next) {
      title = next;
      write(`${clock()}  ${title}`);
    },
    say: (what) => write(`${clock()}  ${title ? `${title}: ` : ''}${what}`),
    done() {
      if (stream.isTTY) stream.write('\r\x1b[2K');
    },
  };
}
