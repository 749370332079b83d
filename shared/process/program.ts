import {
  type Address,
  describeConfig,
  type Env,
  readConfig,
  type Variable,
  type Variables,
} from '../config/environment.ts';
import { remarksOn } from '../config/unknown-variables.ts';
import { release, revision } from './build.ts';
import { type Running, runOnce, runService, UsageError } from './lifecycle.ts';
import { warn } from './log.ts';

export type { Env } from '../config/environment.ts';

/** A subcommand: its usage and meaning, for `--help`, and its work. `run` throws `UsageError`. */
export type Command = {
  usage: [call: string, meaning: string][];
  run(args: string[], env: Env): Promise<void>;
};

/** The commands of a service's binary. */
export type Program = {
  name: string;
  summary: string;
  variables: Variables & { SERVER_ADDR: Variable<Address> };
  commands: Record<string, Command>;
  /** Throws `ConfigError` for variables that are each valid but contradict each other. */
  check?(env: Env): void;
  start(env: Env): Promise<Running>;
};

/** The version of this build, such as `0.1.0 (a1b2c3d, Bun 1.4.5, linux x64)`. */
function version(): string {
  return `${release} (${revision()}, ${runtime()}, ${process.platform} ${process.arch})`;
}

const runtime = () => (process.versions.bun ? `Bun ${process.versions.bun}` : `Deno ${process.versions.deno}`);

/** Serves until signalled, or runs the command of the arguments. */
export async function runProgram(program: Program): Promise<void> {
  const work = workOf(program, process.argv.slice(2), process.env);
  await (work ? runOnce(work) : runService(program.name, () => started(program, process.env)));
}

/** Starts the program, and logs a line for each unknown variable of the environment. */
function started({ name, variables, start }: Program, env: Env): Promise<Running> {
  warn(name, env.LOG_LEVEL, remarksOn(variables, env));
  return start(env);
}

/** Returns the command of the arguments; undefined to serve. Unknown arguments make one that throws `UsageError`. */
export function workOf(program: Program, args: string[], env: Env): (() => Promise<void>) | undefined {
  const [name = 'serve', ...rest] = args;
  if (name === 'serve' && rest.length === 0) return undefined;
  const command = new Map(Object.entries(commandsOf(program))).get(aliases.get(name) ?? name);
  if (rest.some((word) => word === '--help' || word === '-h')) return async () => console.log(usage(program));
  if (command) {
    return () => {
      // A misspelt name may be why a command does not find its server.
      if (Object.hasOwn(program.commands, name))
        for (const line of remarksOn(program.variables, env)) console.error(line);
      return command.run(rest, env);
    };
  }
  return async () => {
    throw new UsageError(`Unknown command ${name}.\n${usage(program)}`);
  };
}

const aliases = new Map(Object.entries({ help: '--help', '-h': '--help', version: '--version', '-v': '--version' }));

const commandsOf = (program: Program): Record<string, Command> => ({
  ...program.commands,
  health: {
    usage: [['health', 'ask the service that runs here whether it is ready; exits with 1 if it is not']],
    run: async (args, env) => {
      takesNothing(`${program.name} health`, args);
      await health(program.variables, env);
    },
  },
  config: {
    usage: [['config', 'show the configuration in force, with secrets masked']],
    run: async (args, env) => {
      takesNothing(`${program.name} config`, args);
      const lines = describeConfig(program.variables, env);
      program.check?.(env);
      console.log([...lines, ...remarksOn(program.variables, env).map((line) => `# ${line}`)].join('\n'));
    },
  },
  '--version': {
    usage: [['--version', 'say which build this is']],
    run: async (args) => {
      takesNothing(`${program.name} --version`, args);
      console.log(`${program.name} ${version()}`);
    },
  },
  '--help': {
    usage: [['--help', 'show this']],
    run: async (args) => {
      takesNothing(`${program.name} --help`, args);
      console.log(usage(program));
    },
  },
});

/** Throws `UsageError` for arguments to a command that has none. */
export function takesNothing(call: string, args: string[]): void {
  if (args.length > 0) throw new UsageError(`${call} takes nothing, not ${args.join(' ')}`);
}

/** The maximum width of a usage that has its meaning on the same line. */
const callWidth = 24;

function usage(program: Program): string {
  const { name, summary } = program;
  const rows: [string, string][] = [['', 'serve'], ...Object.values(commandsOf(program)).flatMap((one) => one.usage)];
  const lines = rows.map(([call, meaning]) => {
    const head = `  ${name} ${call}`.trimEnd();
    const width = name.length + 3 + callWidth;
    return head.length < width ? `${head.padEnd(width)}${meaning}` : `${head}\n${' '.repeat(width)}${meaning}`;
  });
  return `${name}: ${summary}\n\nUsage:\n${lines.join('\n')}\n\nIt is configured by the environment: see ${name} config.`;
}

const patienceMs = 3000;

/** Requests `/readyz` at SERVER_ADDR. Needs no shell and no other program, so that a bare image can be probed. */
async function health(variables: Program['variables'], env: Env): Promise<void> {
  const { host, port } = readConfig({ SERVER_ADDR: variables.SERVER_ADDR }, env).SERVER_ADDR;
  const url = `http://${reachable(host)}:${port}/readyz`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    console.log(await response.text());
    if (!response.ok) process.exitCode = 1;
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    // The runtime's other hints are about browsers, and no help to an operator.
    console.error(`Nothing answers at ${url}${isLate ? ` within ${patienceMs / 1000} s` : ''}`);
    process.exitCode = 1;
  }
}

/** The address at which a server that listens on all addresses can be reached from the same machine. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
