import { program as booking } from '../../services/booking/main.ts';
import { program as events } from '../../services/events/main.ts';
import { connectorVariables } from '../../services/search/connector-cli.ts';
import { kafkaVariables } from '../../services/search/kafka-config.ts';
import { program as search } from '../../services/search/main.ts';
import { postgresVariables } from '../../shared/config/config.ts';
import type { Variables } from '../../shared/config/environment.ts';
import type { Program } from '../../shared/process/program.ts';

export const programs: Record<string, Program> = { events, booking, search };

/** Returns whether a program's `--help` has this call, whatever its options are; no arguments mean to serve. */
export function knowsCall(program: Program, args: string[]): boolean {
  if (args.length === 0) return true;
  if (['health', 'config', '--version', '--help'].includes(args[0]!)) return args.length === 1;
  const usage = program.commands[args[0]!]?.usage ?? [];
  const said = args.join(' ');
  return usage.some(
    ([call]) =>
      [call, call.replace(/ \[.*/, '')].includes(said) ||
      call.replace(/ (-|\[|[A-Z]).*$/, '') === said.replace(/ UUID$/, ''),
  );
}

/** Returns the variables that a call of a program reads. */
export function variablesOf(program: Program, args: string[]): Variables {
  if (args[0] === 'connector') return { ...postgresVariables, ...kafkaVariables, ...connectorVariables };
  return args.length > 0 ? { ...postgresVariables } : program.variables;
}
