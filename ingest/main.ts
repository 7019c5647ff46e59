import { getPriority, setPriority } from 'node:os';
import { runRole } from '../process/role.ts';
import { readConfig } from './config.ts';
import { startIngest } from './start.ts';

/** Where cores are short, traffic goes first and figures come later: at 10, calls were seen to wait for a row. */
const NICE = 19;
if (getPriority() < NICE) setPriority(NICE);

await runRole('ingest', async ({ env, log, registry }) => {
  const ingest = await startIngest({ config: readConfig(env), log, registry });
  ingest.ended.catch((error: unknown) => {
    // The supervisor starts it again, and the pending slice is delivered as it was.
    log.fatal(error, 'ingest cannot go on');
    process.exit(1);
  });
  return { port: null, stop: () => ingest.stop() };
});
