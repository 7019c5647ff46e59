import type { Config } from '../../domain/config.ts';

/** Which addresses of their own callers may name. */
export interface TargetRules {
  readonly allowPrivate: boolean;
  /** '' where a caller may have `url` called, else why not. */
  faultIn(url: URL): string;
}

interface Pattern {
  /** A host name, `*.example.com` for all below it, or `*` for any. */
  readonly host: string;
  /** '' = the protocol's own, `*` = any. */
  readonly port: string;
}

export function createTargetRules(settings: Config['targets']): TargetRules {
  const patterns = (settings?.allow ?? []).map(parsePattern);
  return {
    allowPrivate: settings?.allowPrivate ?? false,
    faultIn(url) {
      if (!/^https?:$/.test(url.protocol)) return 'not an http:// or https:// address';
      if (url.username !== '' || url.password !== '') return 'an address with user and password';
      const host = url.hostname.toLowerCase().replace(/\.$/, '');
      if (patterns.some((pattern) => matches(pattern, host, url.port))) return '';
      return 'neither the address of a configured provider nor in targets.allow of spendlens.yaml';
    },
  };
}

function parsePattern(text: string): Pattern {
  const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d+|\*))?$/.exec(text.toLowerCase()) ?? [];
  return { host, port };
}

function matches({ host, port }: Pattern, asked: string, askedPort: string): boolean {
  if (port !== '*' && port !== askedPort) return false;
  if (host === '*') return true;
  return host.startsWith('*.') ? asked.endsWith(host.slice(1)) : asked === host;
}
