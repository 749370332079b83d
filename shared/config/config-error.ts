/** Thrown when variables are wrong: one line each, so that all can be fixed at once. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`Wrong configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Runs all checks, and throws one `ConfigError` with all their findings, each once: two checks may look at the same. */
export function checkAll(checks: (() => unknown)[]): void {
  const found = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  });
  if (found.length > 0) throw new ConfigError([...new Set(found)]);
}
