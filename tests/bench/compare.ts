import type { LoadResult } from './load-run.ts';
import { cpuSecondsOf, type Server } from './processes.ts';
import type { Source } from './requests.ts';
import type { World } from './world.ts';

/** One run of load on one server. */
export type Run = LoadResult & { perSecond: number; cpuMsEach: number | undefined };

/** A path beside its floor: the runs of a round have the same index. */
export type Comparison = {
  name: string;
  connections: number;
  bodyBytes: number;
  /** The least ratio that is good enough; none when it is only reported. */
  aim?: number;
  ours: Run[];
  floor: Run[];
  note?: string;
};

export type ComparisonPlan = {
  name: string;
  server: Server;
  connections: number;
  aim?: number;
  /** The requests of a round; round 0 is the warm-up. */
  source: (round: number) => Source;
  /** The request whose response the floor copies. */
  example: { path: string; body?: unknown; headers?: Record<string, string> };
  /** The expected status. */
  status?: number;
  /** The maximum of requests in a round. */
  limit?: number;
  /** A floor that does more than respond, in place of the bare one. */
  floor?: Server;
};

/** Measures a service and its floor in turns: A B A B. The floor returns the bytes of the service's response. */
export async function compare(world: World, plan: ComparisonPlan): Promise<Comparison> {
  const { extent, progress } = world;
  const { name, server, connections, aim, status = 200, limit, floor = world.floor } = plan;
  const bodyBytes = await teachFloor(floor, server, plan.example, status);
  const [ours, floors]: [Run[], Run[]] = [[], []];
  const once = (target: Server, source: Source, ms: number) =>
    measure(world, target, { connections, source, ms, ...(limit ? { requests: limit } : {}) }, status);

  for (let round = 0; round <= extent.rounds; round++) {
    progress.say(round === 0 ? 'warming up' : `round ${round} of ${extent.rounds}`);
    const ms = round === 0 ? extent.warmUpMs : extent.roundMs;
    const source = plan.source(round);
    const a = await once(server, source, ms);
    const b = await once(floor, onFloor(source), ms);
    if (round === 0) continue;
    ours.push(a);
    floors.push(b);
  }
  return { name, connections, bodyBytes, ...(aim ? { aim } : {}), ours, floor: floors };
}

export async function measure(
  { generator }: World,
  server: Server,
  load: Omit<Parameters<World['generator']['run']>[0], 'port'>,
  status: number,
): Promise<Run> {
  const before = cpuSecondsOf(server.pid);
  const result = await generator.run({ ...load, port: server.port }, status);
  const after = cpuSecondsOf(server.pid);
  const all = Object.values(result.statuses).reduce((a, b) => a + b, 0);
  const cpuMsEach = before === undefined || after === undefined ? undefined : ((after - before) * 1000) / all;
  return { ...result, perSecond: result.answered / result.seconds, cpuMsEach };
}

const floorPath = '/answers/a';

/** The same requests, on the floor's one path. */
const onFloor = (source: Source): Source =>
  source.kind === 'reserve'
    ? { ...source, path: floorPath }
    : { ...source, requests: source.requests.map((request) => ({ ...request, path: floorPath })) };

/** Sends one request to the service and its response to the floor; returns the body's length. */
async function teachFloor(
  floor: Server,
  server: Server,
  { path, body, headers = {} }: ComparisonPlan['example'],
  status: number,
): Promise<number> {
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  // The bytes of a compressed response are copied as they are.
  const decompress = !('Accept-Encoding' in headers);
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, body ? json : { headers, decompress });
  const bytes = await answer.bytes();
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}, not ${status}`);
  const taught = await fetch(`http://127.0.0.1:${floor.port}${floorPath}?status=${status}`, {
    method: 'PUT',
    headers: { 'Content-Type': answer.headers.get('Content-Type') ?? '' },
    body: bytes,
  });
  if (!taught.ok) throw new Error(`the floor answered ${taught.status}`);
  return bytes.length;
}
