import { type RunningIngest, type StartOptions, startIngest as start } from '../../../ingest/start.ts';
import { createReached } from './armed.ts';

/** Stands in for ingest/start.ts in a process that was started with the preload. */
export const startIngest = (options: StartOptions): Promise<RunningIngest> =>
  start({ ...options, reached: createReached('ingest') });
