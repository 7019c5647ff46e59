/** Outboxes read by ingest itself, or through a forwarder and a real broker. */
export const modes = ['embedded', 'kafka'] as const;
export type Mode = (typeof modes)[number];
