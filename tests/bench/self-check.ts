import { measure } from './compare.ts';
import type { World } from './world.ts';

/**
 * Checks that the generator counts right: the floor returns a number of responses of a known length; every one must be
 * counted, once, with all its bytes.
 */
export async function selfCheck(world: World): Promise<void> {
  const { floor, progress } = world;
  progress.begin('self-check of the load generator');
  const [requests, length] = [5000, 3001];
  const at = `http://127.0.0.1:${floor.port}/answers/check`;
  await fetch(`${at}?status=200`, {
    method: 'PUT',
    body: 'x'.repeat(length),
    headers: { 'Content-Type': 'text/plain' },
  });
  const source = { kind: 'list' as const, requests: [{ path: '/answers/check' }] };
  const { answered, statuses, bodyBytes } = await measure(
    world,
    floor,
    { connections: 64, ms: 30_000, requests, source },
    200,
  );
  if (answered !== requests || statuses[200] !== requests || bodyBytes !== requests * length) {
    throw new Error(
      `The load generator counts wrongly: ${JSON.stringify({ requests, answered, statuses, bodyBytes })}`,
    );
  }
  progress.say(`${requests} requests asked, ${answered} answers and ${bodyBytes} bytes counted`);
}
