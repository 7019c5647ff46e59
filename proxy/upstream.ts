import type { Provider } from '../domain/providers.ts';
import { providerTimeouts } from '../domain/time-limits.ts';
import { redactAddress } from './redact.ts';
import type { TargetRules } from './routed/target-rules.ts';

/** Where a request goes. */
export interface Destination {
  readonly provider: Provider;
  /** Scheme, host and port, parsed once per address and shared. */
  readonly target: Target;
  /** The same as text. */
  readonly upstream: string;
  /** Path and query as the provider gets them, bytes as the caller sent them. */
  readonly path: string;
  /** The same without the path of the provider's base URL. */
  readonly rest: string;
  /** True of an address that the caller brought and nobody configured: what it leads to is looked at before it is called. */
  readonly isCallersOwn: boolean;
}

/** An origin in the parts that Node's `request` takes. */
export interface Target {
  readonly protocol: string;
  /** With the port, where that is not the protocol's own: what the Host header says. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
}

export type Resolution =
  | {
      readonly kind: 'found';
      readonly destination: Destination;
      /** True where the path names no provider, so that the body may. */
      readonly isUnified: boolean;
    }
  | { readonly kind: 'unknown'; readonly provider: Provider | null; readonly message: string };

export interface Resolver {
  /** `anthropic` says that the request carries Anthropic's own headers, which decides `/v1` where the path does not. */
  resolve(host: string | undefined, url: string, anthropic: boolean): Resolution;
  /** A caller's own base URL: a configured provider's address, or one that the rules allow. */
  resolveTarget(target: string, url: string): Resolution;
  providerNamed(name: string): Provider | null;
  /** What the provider of this name gets for `rest`; null where none has it. */
  resolveNamed(name: string, rest: string): Resolution | null;
  /** True for host names whose first label stands for a provider. */
  isProviderHost(host: string | undefined): boolean;
}

interface Address {
  readonly target: Target;
  readonly upstream: string;
  readonly prefix: string;
}

const MAX_CACHED_ADDRESSES = 1_000;
const FIRST_OF_LABELS = /^([a-z][a-z0-9-]*)\./i;
const PLACEHOLDER = /\{[a-z]+\}/;
/** One label, so that no dot, port, slash or userinfo can turn the fixed part of the host into something else. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const ANTHROPIC_PATH = /^\/v1\/(?:messages|complete)(?=[/?]|$)/;

export function createResolver(providers: readonly Provider[], rules: TargetRules): Resolver {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const byLabel = new Map(providers.flatMap((provider) => provider.hostLabels.map((label) => [label, provider])));
  const addresses = new Map<string, Address>();
  const expected = `the path must begin with a provider (/${[...byName.keys()].join(', /')}), /v1 or /v1/gateway/NAME`;

  function addressOf(baseUrl: string): Address {
    const known = addresses.get(baseUrl);
    if (known) return known;
    const url = new URL(baseUrl);
    const { protocol, host, port, origin: upstream } = url;
    // An IPv6 address stands in brackets in a URL, and nowhere else.
    const target = { protocol, host, hostname: url.hostname.replace(/^\[|\]$/g, ''), port };
    const address = { target, upstream, prefix: url.pathname.replace(/\/+$/, '') };
    // Callers choose the labels that fill a placeholder, so the cache must not grow with them.
    if (addresses.size < MAX_CACHED_ADDRESSES) addresses.set(baseUrl, address);
    return address;
  }

  function go(provider: Provider, rest: string): Resolution {
    if (!provider.baseUrl.includes('{')) return found(provider, provider.baseUrl, rest);
    const [label, after] = splitFirstSegment(rest);
    const word = PLACEHOLDER.exec(provider.baseUrl)?.[0] ?? '';
    if (!HOST_LABEL.test(label)) {
      return {
        kind: 'unknown',
        provider,
        message: `expected ${word} after /${provider.name}, as one host label of letters, digits and hyphens, and found ${quote(label)}`,
      };
    }
    const value = label.toLowerCase();
    const { exceptions } = provider;
    const special = exceptions && Object.hasOwn(exceptions, value) ? exceptions[value] : undefined;
    return found(provider, special ?? provider.baseUrl.replace(PLACEHOLDER, value), after);
  }

  function found(provider: Provider, baseUrl: string, rest: string): Resolution {
    const { target, upstream, prefix } = addressOf(baseUrl);
    const path = prefix + rooted(rest);
    const destination = { provider, target, upstream, path, rest: rooted(rest), isCallersOwn: false };
    return { kind: 'found', destination, isUnified: false };
  }

  function resolveBare(url: string, anthropic: boolean): Resolution {
    if (/^\/v1\/gateway\//.test(url)) return resolveGateway(url.slice('/v1/gateway'.length));
    const name = bareProvider(url, anthropic);
    const provider = name === null ? undefined : byName.get(name);
    if (provider) return unified(go(provider, url));
    const [segment] = splitFirstSegment(url);
    return { kind: 'unknown', provider: null, message: `no provider is called ${quote(segment)}: ${expected}` };
  }

  /** An address with its own path before what the request's path says beside its provider. */
  function goTo(provider: Provider, url: URL, rest: string, isCallersOwn: boolean): Resolution {
    const { target, upstream } = addressOf(url.origin);
    const path = joined(url.pathname, rest);
    return { kind: 'found', destination: { provider, target, upstream, path, rest, isCallersOwn }, isUnified: false };
  }

  function resolveGateway(url: string): Resolution {
    const [segment, rest] = splitFirstSegment(url);
    const provider = byName.get(segment) ?? byLabel.get(segment);
    if (provider) return go(provider, rest);
    return { kind: 'unknown', provider: null, message: `no provider is called ${quote(segment)}: ${expected}` };
  }

  const resolver: Resolver = {
    resolve(host, url, anthropic) {
      if (!url.startsWith('/'))
        return { kind: 'unknown', provider: null, message: `${quote(url)} is no path: ${expected}` };
      const named = byLabel.get(firstHostLabel(host));
      // The host comes first: Groq's own paths begin with /openai, DeepSeek's with /anthropic.
      if (named) return go(named, url);
      const [segment, rest] = splitFirstSegment(url);
      const provider = byName.get(segment);
      return provider ? go(provider, rest) : resolveBare(url, anthropic);
    },
    isProviderHost: (host) => byLabel.has(firstHostLabel(host)),
    resolveTarget(target, url) {
      const address = URL.parse(target);
      const refuse = (message: string): Resolution => ({
        kind: 'unknown',
        provider: null,
        message: `${quote(redactAddress(target))} ${message}`,
      });
      if (address === null) return refuse('is no URL');
      const fault = rules.faultIn(address);
      const named = resolver.resolve(undefined, url, false);
      const rest = named.kind === 'found' ? named.destination.rest : rooted(url);
      const provider = providers.find(({ baseUrl }) => serves(baseUrl, address.origin));
      if (provider && !hasUser(address)) return goTo(provider, address, rest, false);
      return fault === '' ? goTo(strangerAt(address, rest), address, rest, true) : refuse(`is ${fault}`);
    },
    providerNamed: (name) => byName.get(name) ?? null,
    resolveNamed(name, rest) {
      const provider = byName.get(name);
      return provider ? go(provider, rest) : null;
    },
  };
  return resolver;
}

function bareProvider(url: string, anthropic: boolean): string | null {
  if (/^\/v1beta\//.test(url)) return 'google';
  if (!/^\/v1(?=[/?]|$)/.test(url)) return null;
  return anthropic || ANTHROPIC_PATH.test(url) ? 'anthropic' : 'openai';
}

/** '' where there is none that could be one of Helicone's names: an address, `localhost`, a lone name. */
function firstHostLabel(host: string | undefined): string {
  return (host === undefined ? undefined : FIRST_OF_LABELS.exec(host)?.[1]?.toLowerCase()) ?? '';
}

function unified(resolution: Resolution): Resolution {
  return resolution.kind === 'found' ? { ...resolution, isUnified: true } : resolution;
}

/** A provider that nobody configured: its host is its name, and its path tells how it speaks. */
function strangerAt({ host }: URL, rest: string): Provider {
  const style = ANTHROPIC_PATH.test(rest) ? 'anthropic' : /^\/v1(?:beta|alpha)\//.test(rest) ? 'google' : 'openai';
  return {
    name: host,
    title: host,
    baseUrl: '',
    style,
    hostLabels: [],
    timeouts: providerTimeouts,
    apiPath: '/v1',
    streamUsage: false,
    keyFrom: '',
  };
}

/** `https://host/v1` and `/v1/chat` make one `/v1`. */
function joined(base: string, rest: string): string {
  const prefix = base.replace(/\/+$/, '');
  const last = prefix.slice(prefix.lastIndexOf('/'));
  return last !== '' && (rest === last || rest.startsWith(`${last}/`))
    ? prefix + rest.slice(last.length)
    : prefix + rest;
}

function hasUser({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

function serves(baseUrl: string, origin: string): boolean {
  const [before, after] = baseUrl.split(PLACEHOLDER);
  if (before === undefined || after === undefined) return new URL(baseUrl).origin === origin;
  const end = after.replace(/\/.*$/, '');
  if (!origin.startsWith(before) || !origin.endsWith(end)) return false;
  return HOST_LABEL.test(origin.slice(before.length, origin.length - end.length));
}

/** `/a/b?c` is `a` and `/b?c`. */
function splitFirstSegment(url: string): readonly [string, string] {
  for (let i = 1; i < url.length; i++) {
    const char = url[i];
    if (char === '/' || char === '?') return [url.slice(1, i), url.slice(i)];
  }
  return [url.slice(1), ''];
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
