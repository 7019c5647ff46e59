import { getPriority, setPriority } from 'node:os';
import { runRole } from '../../process/role.ts';
import { readForwarderConfig } from './config.ts';
import { startForwarder } from './start.ts';

/** Where cores are short, traffic goes first and figures come later. */
const NICE = 10;
if (getPriority() < NICE) setPriority(NICE);

await runRole('forwarder', async ({ env, log, registry }) => {
  const forwarder = await startForwarder({ config: readForwarderConfig(env), log, registry });
  forwarder.ended.catch((error: unknown) => {
    // The supervisor starts it again, and what was not acknowledged is sent again.
    log.fatal(error, 'the forwarder cannot go on');
    process.exit(1);
  });
  return { port: null, stop: () => forwarder.stop() };
});
