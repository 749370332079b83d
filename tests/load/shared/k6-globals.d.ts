// What k6 has without an import and @types/k6 does not name, as far as it is used here.
declare const console: { log(line: string): void; error(line: string): void };
declare const crypto: { randomUUID(): string };
