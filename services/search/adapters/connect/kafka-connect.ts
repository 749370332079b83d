import { sleep } from '../../../../shared/async/clock.ts';
import { tlsTrouble } from '../../../../shared/config/tls.ts';
import { UsageError } from '../../../../shared/process/lifecycle.ts';
import type { ConnectAccess } from '../../connect-config.ts';
import { send } from './http.ts';

const patienceMs = 90_000;
const lookEveryMs = 250;
/** A task that is about to fail runs for a moment: it counts as running after this many looks. */
const steadyLooks = 5;

export type ConnectorState = { state: string; tasks: { id: number; state: string; cause?: string }[] };

/** One connector of Kafka Connect. A refusal of Connect throws `UsageError` with Connect's words. */
export type Connect = {
  /** Creates the connector or changes its configuration, and lets it go on. */
  put(config: Record<string, string>): Promise<void>;
  status(): Promise<ConnectorState>;
  /** Resolves when the connector and its tasks have run for a moment; throws when a task fails. */
  untilRunning(): Promise<void>;
  /** Removes the connector and its offsets; returns false when there was none. */
  remove(): Promise<boolean>;
};

/** The members of Connect's responses that are read. */
type Reply = {
  message?: string;
  connector?: { state: string };
  tasks?: { id: number; state: string; trace?: string }[];
};

const names = {
  address: 'KAFKA_CONNECT_URL',
  tls: 'KAFKA_CONNECT_URL',
  ca: 'KAFKA_CONNECT_CA',
  cert: 'KAFKA_CONNECT_CERT',
};

/** Speaks to Kafka Connect's HTTP interface. `secrets` are hidden in every message. */
export function createConnect(access: ConnectAccess, name: string, secrets: string[] = []): Connect {
  const base = `${access.url.replace(/\/+$/, '')}/connectors/${encodeURIComponent(name)}`;

  async function call(method: string, path: string, body?: object): Promise<{ code: number; reply: Reply }> {
    const { code, text } = await send(access, method, `${base}${path}`, body).catch((error) => {
      const trouble = tlsTrouble('Kafka Connect', error, names);
      if (trouble) throw new UsageError(trouble);
      const cause = error instanceof Error ? error.message : error;
      throw new UsageError(
        `Kafka Connect does not answer at ${new URL(access.url).host} (${cause}). Is it running, and is KAFKA_CONNECT_URL right?`,
      );
    });
    if (code === 401 || code === 403) throw new UsageError(refusedLogin(access.login));
    return { code, reply: text ? parse(text) : {} };
  }

  /** As `call`, also while the workers of Connect are agreeing on who does what, or the connector is not known yet. */
  async function callSettled(method: string, path: string, body: object | undefined, expected: number[]) {
    for (const until = Date.now() + patienceMs; ; await sleep(lookEveryMs)) {
      const { code, reply } = await call(method, path, body);
      if (expected.includes(code)) return { code, reply };
      const passes = code === 409 || code >= 500;
      if (!passes || Date.now() > until) throw refused(method, path, code, reply);
    }
  }

  const refused = (method: string, path: string, code: number, reply: Reply) =>
    new UsageError(hide(`Kafka Connect refused ${method} ${name}${path} with ${code}: ${reply.message ?? ''}`));

  function hide(text: string): string {
    return secrets.filter(Boolean).reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
  }

  async function put(config: Record<string, string>): Promise<void> {
    // A task that has failed tells of its old failure until the new one begins: better that it is gone before.
    if (await hasFailed()) await stop();
    const { code } = await callSettled('PUT', '/config', config, [200, 201]);
    // One that was stopped goes on.
    if (code === 200) await callSettled('PUT', '/resume', undefined, [202]);
  }

  async function status(): Promise<ConnectorState> {
    const { code, reply } = await call('GET', '/status');
    if (code === 404) return { state: 'NOT THERE', tasks: [] };
    if (code !== 200) throw refused('GET', '/status', code, reply);
    const tasks = (reply.tasks ?? []).map(({ id, state, trace }) => ({
      id,
      state,
      ...(trace && { cause: hide(causeOf(trace)) }),
    }));
    return { state: reply.connector?.state ?? 'UNKNOWN', tasks };
  }

  async function untilRunning(): Promise<void> {
    let steady = 0;
    for (const until = Date.now() + patienceMs; steady < steadyLooks; await sleep(lookEveryMs)) {
      const { state, tasks } = await status();
      const isRunning = state === 'RUNNING' && tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING');
      steady = isRunning ? steady + 1 : 0;
      const failed = tasks.find((task) => task.state === 'FAILED');
      if (failed) throw new UsageError(`${name}: its task failed: ${failed.cause}\nMend that and run apply again.`);
      if (Date.now() > until)
        throw new UsageError(`${name}: ${state.toLowerCase()} after ${patienceMs / 1000} s, and not running.`);
    }
  }

  async function hasFailed(): Promise<boolean> {
    const { state, tasks } = await status();
    return state === 'FAILED' || tasks.some((task) => task.state === 'FAILED');
  }

  /** Ends its tasks; returns false when there is no such connector. */
  async function stop(): Promise<boolean> {
    const { code } = await callSettled('PUT', '/stop', undefined, [202, 204, 404]);
    if (code === 404) return false;
    for (const until = Date.now() + patienceMs; ; await sleep(lookEveryMs)) {
      const { state, tasks } = await status();
      if (state === 'STOPPED' && tasks.length === 0) return true;
      if (Date.now() > until) throw new UsageError(`${name} does not stop: it is ${state.toLowerCase()}.`);
    }
  }

  async function remove(): Promise<boolean> {
    if (!(await stop())) return false;
    await callSettled('DELETE', '/offsets', undefined, [200, 404]);
    await callSettled('DELETE', '', undefined, [204, 404]);
    return true;
  }

  return { put, status, untilRunning, remove };
}

function refusedLogin(login: ConnectAccess['login']): string {
  if (!login) {
    return 'Kafka Connect asks for a login: set KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD, or KAFKA_CONNECT_TOKEN';
  }
  return 'token' in login
    ? 'Kafka Connect refuses the token: mend KAFKA_CONNECT_TOKEN'
    : 'Kafka Connect refuses the login: mend KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD';
}

function parse(text: string): Reply {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}

/** The last cause of a Java stack trace is the one that can be mended. */
function causeOf(trace: string): string {
  const causes = trace.split('\n').filter((line) => line.startsWith('Caused by: '));
  return (causes.at(-1) ?? trace.split('\n')[0] ?? '').replace('Caused by: ', '').slice(0, 300);
}
