// The load generator's process: runs each load that is sent to it, one at a time. A process of its own, so that the
// rest of the bench takes no time from it; on raw sockets, since JavaScript's HTTP clients cost more than the measured
// servers.
import { type Load, runLoad } from './load-run.ts';

process.on('message', (load: Load) => {
  runLoad(load).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
