import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { SpendlensError } from './error.ts';
import { declaredExperiment, type Experiment } from './experiments/experiment.ts';
import { declaredAlias } from './prices/alias.ts';
import { declaredOverride } from './prices/override.ts';
import { type Named, noRules, orderRules, type PriceRules } from './prices/rules.ts';
import { builtInProviders, type Provider } from './providers.ts';
import { declaredRoute, type Route } from './routing/route.ts';
import { fallbackRule, routedSettings, targetSettings } from './routing/settings.ts';
import { type AppTimeouts, appTimeouts, providerTimeouts } from './time-limits.ts';

/** Paths of the proxy's own, which no provider may take. */
const reserved: ReadonlySet<string> = new Set(['healthz', 'readyz', 'metrics', 'v1', 'v1beta']);
const builtIn: ReadonlySet<string> = new Set(builtInProviders.map(({ name }) => name));

const providerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a provider’s name: a–z, 0–9 and hyphens, at most 32, beginning with a letter')
  .refine((name) => !reserved.has(name), 'another name: this one is a path of the proxy itself');

const baseUrl = z.string({ error: 'the text of an http:// or https:// URL' }).superRefine((text, context) => {
  const fault = faultInBaseUrl(text);
  if (fault !== '') context.addIssue({ code: 'custom', message: fault });
});

/** Longer waits than a day are a typing error. */
const milliseconds = z
  .number({ error: 'a number of milliseconds' })
  .int('a whole number of milliseconds')
  .min(1, 'at least 1')
  .max(86_400_000, 'at most a day, 86400000');

const timeoutSettings = z.strictObject(
  { connectMs: milliseconds.optional(), firstByteMs: milliseconds.optional(), idleMs: milliseconds.optional() },
  { error: 'a map with the keys connectMs, firstByteMs, idleMs' },
);

const appSettings = z.strictObject(
  { headersMs: milliseconds.optional(), uploadIdleMs: milliseconds.optional() },
  { error: 'a map with the keys headersMs, uploadIdleMs' },
);

const providerSettings = z.strictObject(
  {
    baseUrl: baseUrl.optional(),
    style: z
      .enum(['openai', 'anthropic', 'google', 'bedrock', 'cohere', 'ollama'], {
        error: 'one of openai, anthropic, google, bedrock, cohere, ollama',
      })
      .optional(),
    title: z.string({ error: 'text' }).min(1, 'text').max(64, 'at most 64 characters').optional(),
    timeouts: timeoutSettings.optional(),
    streamUsage: z.boolean({ error: 'true or false' }).optional(),
    keyFrom: z
      .string({ error: 'the name of an environment variable' })
      .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'the name of an environment variable: A–Z, 0–9 and underscores')
      .optional(),
  },
  { error: 'a map with the keys baseUrl, style, title, timeouts, streamUsage, keyFrom' },
);

/** Each with an id of its own, which receipts name. */
function withIds<Item extends z.ZodType<{ id: string }>>(item: Item, what: string) {
  return z
    .array(item, { error: `a list of ${what}` })
    .nullish()
    .superRefine((items, context) => {
      const seen = new Set<string>();
      for (const [index, { id }] of (items ?? []).entries()) {
        if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: 'an id that no other has' });
        seen.add(id);
      }
    });
}

const schema = z.strictObject(
  {
    prices: withIds(declaredOverride, 'price overrides'),
    models: withIds(declaredAlias, 'names of models'),
    apps: appSettings.nullish(),
    targets: targetSettings.nullish(),
    routed: routedSettings.nullish(),
    fallbacks: withIds(fallbackRule, 'fallbacks'),
    routes: withIds(declaredRoute, 'routes').superRefine((routes, context) => {
      const names = (routes ?? []).map(({ name }) => name);
      for (const [index, name] of names.entries()) {
        if (names.indexOf(name) === index) continue;
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'a name that no other route has' });
      }
    }),
    experiments: withIds(declaredExperiment, 'experiments'),
    providers: z
      .record(providerName, providerSettings, { error: 'a map of providers by name' })
      .nullish()
      .superRefine((providers, context) => {
        for (const [name, settings] of Object.entries(providers ?? {})) {
          if (builtIn.has(name) || settings.baseUrl !== undefined) continue;
          context.addIssue({
            code: 'custom',
            path: [name],
            message: 'the key baseUrl, since no built-in provider has this name',
          });
        }
      }),
  },
  { error: 'a map with the keys providers, prices, models, apps, targets, routed, fallbacks, routes, experiments' },
);

/** What `spendlens.yaml` says. */
export type Config = z.infer<typeof schema>;

/**
 * Reads the text of `spendlens.yaml`; empty text is an empty configuration.
 * @throws SpendlensError config_invalid; a line for each fault, `file:line:column: key: found …, expected …`
 */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw invalid(document.errors.map((error) => `${place(error.pos[0])}: not valid YAML: ${error.message}`));
  }
  const value: unknown = document.toJS() ?? {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.flatMap((issue) =>
      faultPaths(issue).map((path) => {
        const key = path.map(String).join('.') || 'the file';
        const found =
          issue.code === 'unrecognized_keys' || issue.code === 'invalid_key' ? 'this key' : show(valueAt(value, path));
        return `${place(offsetOf(document, path))}: ${key}: found ${found}, expected ${messageOf(issue)}`;
      }),
    ),
  );
}

/** The built-in providers as the configuration changes them, and those that it adds. */
export function providersOf(config: Config): readonly Provider[] {
  const settings = new Map(Object.entries(config.providers ?? {}));
  const changed = builtInProviders.map((provider) => {
    const change = settings.get(provider.name);
    settings.delete(provider.name);
    return change === undefined ? provider : changeProvider(provider, change);
  });
  const added = [...settings].map(([name, change]) =>
    changeProvider(
      {
        name,
        title: name,
        baseUrl: '',
        style: 'openai',
        hostLabels: [name],
        timeouts: providerTimeouts,
        apiPath: '/v1',
        streamUsage: false,
        keyFrom: '',
      },
      change,
    ),
  );
  return [...changed, ...added];
}

/** What the configuration says about prices; version 0, since the file itself is the version. */
export function rulesOf(config: Config): PriceRules {
  const file = { overrides: (config.prices ?? []).map(named), aliases: (config.models ?? []).map(named) };
  return orderRules(file, noRules);
}

/** The experiments that the configuration declares. */
export function experimentsOf(config: Config): Named<Experiment>[] {
  return (config.experiments ?? []).map(named);
}

/** The virtual models that the configuration declares. */
export function routesOf(config: Config): Named<Route>[] {
  return (config.routes ?? []).map(named);
}

const named = <Value extends { id: string }>({ id, ...value }: Value) => ({ id, version: 0, value });

function changeProvider(provider: Provider, change: z.infer<typeof providerSettings>): Provider {
  const { exceptions, ...rest } = provider;
  const kept = change.baseUrl === undefined && exceptions ? { ...rest, exceptions } : rest;
  return {
    ...kept,
    baseUrl: change.baseUrl ?? provider.baseUrl,
    style: change.style ?? provider.style,
    title: change.title ?? provider.title,
    streamUsage: change.streamUsage ?? provider.streamUsage,
    keyFrom: change.keyFrom ?? provider.keyFrom,
    timeouts: {
      connectMs: change.timeouts?.connectMs ?? provider.timeouts.connectMs,
      firstByteMs: change.timeouts?.firstByteMs ?? provider.timeouts.firstByteMs,
      idleMs: change.timeouts?.idleMs ?? provider.timeouts.idleMs,
    },
  };
}

/** How patient the proxy is with the apps. */
export function appTimeoutsOf({ apps }: Config): AppTimeouts {
  return {
    headersMs: apps?.headersMs ?? appTimeouts.headersMs,
    uploadIdleMs: apps?.uploadIdleMs ?? appTimeouts.uploadIdleMs,
  };
}

/** '' when a base URL reads well; else what was expected. */
function faultInBaseUrl(text: string): string {
  const placeholders = text.match(/\{[^}]*\}/g) ?? [];
  if (placeholders.length > 1) return 'at most one {placeholder}';
  const [placeholder] = placeholders;
  // Callers choose what stands in its place, so the part of the host after it must already tie it to one domain.
  if (
    placeholder !== undefined &&
    !/^https?:\/\/[a-z0-9.-]*\{[a-z]+\}[a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z0-9-]+\.[a-z]{2,}(?::\d+)?(?:\/|$)/i.test(text)
  ) {
    return 'a {placeholder} of letters in the host only, followed by a domain such as .example.com';
  }
  const url = URL.parse(placeholder === undefined ? text : text.replace(placeholder, 'x'));
  if (url === null || !/^https?:$/.test(url.protocol)) return 'an http:// or https:// URL';
  if (url.username !== '' || url.password !== '') return 'a URL without user and password';
  return url.search === '' && url.hash === '' ? '' : 'a URL without ? and #';
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function faultPaths(issue: Issue): Path[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function messageOf(issue: Issue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) => (typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined),
    value,
  );
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Where the key or the list's item of a path stands in the text, or the nearest one around it that does. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (!pair || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(segment)];
      if (!isMap(item) && !isScalar(item) && !isSeq(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

function invalid(faults: readonly string[]): SpendlensError {
  return new SpendlensError('config_invalid', faults.join('\n'));
}
