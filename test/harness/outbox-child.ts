import { createLog } from '../../process/log.ts';
import { openOutbox } from '../../proxy/outbox/open-outbox.ts';
import { chatExchange, skeletonOf } from './exchanges.ts';

/**
 * Records without end, as a busy proxy would, and tells its parent each request id whose commit returned, and as which
 * one it began. One exchange in eight begins and never ends.
 */
const [folder = '', acknowledgementPath = ''] = process.argv.slice(2);
const outbox = await openOutbox({ folder, acknowledgementPath, log: createLog('outbox', 'silent'), pollMs: 50 });
const say = (message: object) => process.send?.(message);
say({ type: 'open', id: outbox.id });

for (let n = 1; ; n++) {
  const exchange = chatExchange();
  const ticket = outbox.begin(skeletonOf(exchange));
  if (n % 8 === 0) say({ type: 'begun', requestId: exchange.requestId, n });
  else {
    setTimeout(async () => {
      if (await outbox.end(ticket, exchange)) say({ type: 'accepted', requestId: exchange.requestId, n });
    }, n % 12);
  }
  if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
