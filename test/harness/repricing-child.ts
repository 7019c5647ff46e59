import { createWarehouse } from '../../clickhouse/client.ts';
import { repricingBy } from './repricing.ts';

/** Carries a repricing on and kills itself, as `kill -9` would, once it is in a state and has said so many words. */
const [url = '', user = '', password = '', dieIn = '', words = '0'] = process.argv.slice(2);

let said = 0;
await repricingBy(createWarehouse({ url, user, password }), () => 0, 'child').carryOn(
  AbortSignal.timeout(60_000),
  ({ state }) => {
    if (state === dieIn && ++said > Number(words)) process.kill(process.pid, 'SIGKILL');
  },
);
