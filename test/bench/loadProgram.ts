/** The load generator's process: takes one job at a time over IPC and answers with its result. */
import { runLoad } from './load.ts';
import type { LoadJob } from './loadJob.ts';

process.on('message', (job: LoadJob) => {
  runLoad(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
