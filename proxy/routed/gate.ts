import { decodeContent } from '../../domain/encoding.ts';
import type { FailureCause } from '../../domain/routing/failure.ts';
import type { WireFormat } from '../../domain/usage/facts.ts';
import { parseJson } from '../../domain/usage/json.ts';
import { causeOfError } from './error-cause.ts';
import { dataOf } from './event-frames.ts';
import { documentVerdict, readEvent } from './first-content.ts';

/** `hold`: not known yet; `release`: the app gets it; else why it should rather get something else. */
export type GateVerdict = 'hold' | 'release' | FailureCause;

/** Looks at an answer before its first byte goes on, as long as there is anything else to try. */
export interface Gate {
  readonly limitBytes: number;
  take(piece: NonSharedBuffer): GateVerdict;
  /** When it has ended, or grown to the limit, which `whole` tells apart; never holds on. */
  end(pieces: readonly NonSharedBuffer[], whole: boolean): Exclude<GateVerdict, 'hold'>;
}

const KIB = 1024;
const ERROR_LIMIT = 256 * KIB;
const PREAMBLE_LIMIT = 64 * KIB;
const DOCUMENT_LIMIT = 1024 * KIB;
const MAX_DECODED = 4 * 1024 * KIB;

/** An error: its body tells the cause. */
export function createErrorGate(encoding: string | null): Gate {
  return {
    limitBytes: ERROR_LIMIT,
    take: () => 'hold',
    end: (pieces) => causeOfError(textOf(pieces, encoding)),
  };
}

/** A stream: until its first content, since after that nobody else can answer. */
export function createStreamGate(format: WireFormat): Gate {
  return {
    limitBytes: PREAMBLE_LIMIT,
    take(event) {
      const verdict = readEvent(format, dataOf(event));
      if (verdict === 'nothing') return 'hold';
      return verdict === 'content' ? 'release' : verdict;
    },
    end: (_pieces, whole) => (whole ? 'empty' : 'release'),
  };
}

/** A JSON document, which is of use to nobody before its end. */
export function createDocumentGate(format: WireFormat, encoding: string | null): Gate {
  return {
    limitBytes: DOCUMENT_LIMIT,
    take: () => 'hold',
    end(pieces, whole) {
      if (!whole) return 'release';
      const text = textOf(pieces, encoding);
      if (text === '') return pieces.length === 0 ? 'empty' : 'release';
      const value = parseJson(text);
      if (value === undefined) return 'malformed';
      const verdict = documentVerdict(format, value);
      return verdict === 'content' || verdict === 'nothing' ? 'release' : verdict;
    },
  };
}

/** '' where it is encoded in a way that is not ours to read. */
export function textOf(pieces: readonly NonSharedBuffer[], encoding: string | null): string {
  const decoded = decodeContent(Buffer.concat(pieces), encoding, MAX_DECODED);
  return decoded.kind === 'unknown' ? '' : Buffer.from(decoded.bytes).toString('utf8');
}
