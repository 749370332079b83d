// The globals of k6 that @types/k6 lacks, as far as they are used here.
declare const console: { log(line: string): void; error(line: string): void };
declare const crypto: { randomUUID(): string };
