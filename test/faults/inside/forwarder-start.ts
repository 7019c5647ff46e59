import {
  type ForwarderOptions,
  type RunningForwarder,
  startForwarder as start,
} from '../../../proxy/forwarder/start.ts';
import { createReached } from './armed.ts';

/** Stands in for proxy/forwarder/start.ts in a process that was started with the preload. */
export const startForwarder = (options: ForwarderOptions): Promise<RunningForwarder> =>
  start({ ...options, reached: createReached('forwarder') });
