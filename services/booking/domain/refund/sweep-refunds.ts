import { eachLimit } from '../../../../shared/async/each-limit.ts';
import { type PayBackPorts, payBack } from './pay-back.ts';

const batch = 100;
const atOnce = 8;

/**
 * Pays refunds that have been pending for `ageMs`. Safe to run in several processes at once: for `leaseMs` no other
 * process leases a refund, and one that is refused waits for longer each time. Returns how many it ended; throws the
 * first failure after it has tried all.
 */
export async function sweepRefunds(
  ports: PayBackPorts,
  { ageMs, leaseMs }: { ageMs: number; leaseMs: number },
): Promise<number> {
  let ended = 0;
  const lease = { ageMs, leaseMs, limit: batch, provider: ports.payments.name };
  await eachLimit(await ports.refunds.leasePending(lease), atOnce, async (refund) => {
    if ((await payBack(ports, refund)).status !== 'pending') ended++;
  });
  return ended;
}
