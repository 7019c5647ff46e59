import { z } from 'zod';

const pid = z.number().int().positive().nullable();

/** `endpoints.json` in the data folder, mode 0600: where everything listens, for scripts. */
export const endpoints = z.object({
  proxy: z.url(),
  dashboard: z.url(),
  /** Signs in to the dashboard, and as a Bearer token to its API. */
  token: z.string(),
  clickhouse: z.url(),
  reader: z.object({ user: z.string(), password: z.string() }),
  pids: z.object({
    supervisor: pid,
    proxy: z.array(pid),
    /** Not there where there is no Kafka. */
    forwarder: pid.optional(),
    ingest: pid,
    warehouse: pid,
    dashboard: pid,
  }),
});
export type Endpoints = z.infer<typeof endpoints>;
