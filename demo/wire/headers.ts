import type { Call } from '../model/call.ts';

/** What the app tells Spendlens of a call. */
export function tagHeaders(call: Call): [string, string][] {
  const { userId, feature, promptId, promptVersion, session, properties, traceId } = call;
  const said = feature === '' ? properties : { feature, ...properties };
  const headers: [string, string][] = [
    ['helicone-user-id', userId],
    ['helicone-prompt-id', promptId],
    ['helicone-prompt-version', promptVersion],
    ['helicone-session-id', session?.id ?? ''],
    ['helicone-session-name', session?.name ?? ''],
    ['helicone-session-path', session?.path ?? ''],
    ...Object.entries(said).map(([name, value]): [string, string] => [`helicone-property-${name}`, value]),
    ['traceparent', traceId === '' ? '' : `00-${traceId}-${traceId.slice(0, 16)}-01`],
  ];
  return headers.filter(([, value]) => value !== '');
}

/** Header in which a provider wants its key, and what stands before the key there. */
export function keyHeader({ model }: Call): readonly [name: string, before: string] {
  if (model.provider === 'anthropic') return ['x-api-key', ''];
  return model.provider === 'google' ? ['x-goog-api-key', ''] : ['authorization', 'Bearer '];
}

export function appHeaders(call: Call): [string, string][] {
  const own: [string, string][] = [
    ['user-agent', call.userAgent],
    ['content-type', 'application/json'],
  ];
  return call.model.provider === 'anthropic' ? [...own, ['anthropic-version', '2023-06-01']] : own;
}
