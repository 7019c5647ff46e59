/** `QUOTA;w=SECONDS[;u=request|cents][;s=user|PROPERTY]` */
export interface RateLimitPolicy {
  readonly quota: number;
  readonly windowSeconds: number;
  readonly unit: 'request' | 'cents';
  /** 'user', the name of a property, or '' for all together. */
  readonly segment: string;
  /** As it was sent. */
  readonly text: string;
}

/** Of a policy in which no fault was found. */
export function parseRateLimitPolicy(text: string): RateLimitPolicy {
  const [quota = '', ...parts] = text.split(';').map((part) => part.trim());
  const values = new Map(
    parts.map((part) => part.split('=', 2).map((half) => half.trim())).map(([key = '', value = '']) => [key, value]),
  );
  return {
    quota: Number(quota),
    windowSeconds: Number(values.get('w')),
    unit: values.get('u') === 'cents' ? 'cents' : 'request',
    segment: (values.get('s') ?? '').toLowerCase(),
    text,
  };
}

const MIN_WINDOW_SECONDS = 60;
const MAX_WINDOW_SECONDS = 31_536_000;

/** '' when the policy `QUOTA;w=SECONDS[;u=request|cents][;s=user|PROPERTY]` reads well, else what is wrong with it. */
export function faultInRateLimitPolicy(policy: string): string {
  const [quota = '', ...parts] = policy.split(';').map((part) => part.trim());
  if (!/^\d+(?:\.\d+)?$/.test(quota) || Number(quota) <= 0)
    return `QUOTA must be a number above 0, found ${JSON.stringify(quota)}`;
  const seen = new Set<string>();
  for (const part of parts) {
    const [key = '', value = ''] = part.split('=', 2).map((half) => half.trim());
    if (seen.has(key)) return `${key}= stands twice`;
    seen.add(key);
    const fault = faultInPart(key, value, part);
    if (fault !== '') return fault;
  }
  return seen.has('w') ? '' : 'w=SECONDS is missing';
}

function faultInPart(key: string, value: string, part: string): string {
  switch (key) {
    case 'w': {
      const seconds = /^\d+$/.test(value) ? Number(value) : 0;
      if (seconds >= MIN_WINDOW_SECONDS && seconds <= MAX_WINDOW_SECONDS) return '';
      return `w must be ${MIN_WINDOW_SECONDS} to ${MAX_WINDOW_SECONDS} seconds, found ${JSON.stringify(value)}`;
    }
    case 'u':
      return value === 'request' || value === 'cents'
        ? ''
        : `u must be request or cents, found ${JSON.stringify(value)}`;
    case 's':
      return value === '' ? 's must be user or the name of a property' : '';
    default:
      return `${JSON.stringify(part)} is no part of a policy; expected w=, u= or s=`;
  }
}
