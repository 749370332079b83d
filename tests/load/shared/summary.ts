import { failedThresholds, type Results, table } from './results.ts';

/** Prints the summary of a run, and writes the results, as JSON, into the file that LOAD_RESULTS names. */
export function resultsOf(name: string): (results: Results) => Record<string, string> {
  return (results) => {
    const failed = failedThresholds(results).map((line) => `FAILED ${line}`);
    const file = __ENV.LOAD_RESULTS;
    return {
      stdout: `${[`\n${name}`, table(results), ...failed].join('\n')}\n`,
      ...(file && { [file]: JSON.stringify(results) }),
    };
  };
}
