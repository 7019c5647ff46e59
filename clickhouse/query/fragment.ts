import type { Statement } from '../client.ts';

/** A value that travels beside the text, never inside it. */
interface Bound {
  readonly type: BoundType;
  readonly value: string | number | readonly string[] | readonly number[];
}

type BoundType =
  | 'String'
  | 'UInt64'
  | 'Float64'
  | 'Float32'
  | 'UUID'
  | 'Decimal(18, 9)'
  | "DateTime64(3, 'UTC')"
  | 'Array(String)'
  | 'Array(UInt64)';

/** A piece of SQL with its values still apart. `sql` puts pieces together; `render` and `readable` end it. */
export interface Sql {
  readonly pieces: readonly (string | Bound)[];
}

/** Only text that stands in our source, other pieces and bound values get into a statement. */
export function sql(strings: TemplateStringsArray, ...inserts: readonly (Sql | Bound)[]): Sql {
  const pieces = strings.flatMap((text, index): (string | Bound)[] => {
    const insert = inserts[index];
    if (insert === undefined) return [text];
    return 'pieces' in insert ? [text, ...insert.pieces] : [text, insert];
  });
  return { pieces };
}

export function join(parts: readonly Sql[], separator: string): Sql {
  const pieces = parts.flatMap((part, index) => (index === 0 ? part.pieces : [separator, ...part.pieces]));
  return { pieces };
}

export const text = (value: string): Bound => ({ type: 'String', value });
export const whole = (value: number): Bound => ({ type: 'UInt64', value });
export const uuid = (value: string): Bound => ({ type: 'UUID', value });
export const real = (value: string): Bound => ({ type: 'Float64', value: Number(value) });
/** As the engine prints a Float32: read back, it is the same one. */
export const single = (value: string): Bound => ({ type: 'Float32', value });
export const money = (value: string): Bound => ({ type: 'Decimal(18, 9)', value });
export const texts = (value: readonly string[]): Bound => ({ type: 'Array(String)', value });
export const wholes = (value: readonly number[]): Bound => ({ type: 'Array(UInt64)', value });
/** Milliseconds since 1970. */
export const instant = (at: number): Bound => ({
  type: "DateTime64(3, 'UTC')",
  value: new Date(at).toISOString().replace('T', ' ').replace('Z', ''),
});

export function render({ pieces }: Sql): Statement {
  const params: Record<string, unknown> = {};
  const words = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const name = `p${Object.keys(params).length + 1}`;
    params[name] = piece.value;
    return `{${name}:${piece.type}}`;
  });
  return { text: words.join(''), params };
}

/** For people to read, copy and run: every value quoted where it stands. */
export function readable({ pieces }: Sql): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : literal(piece))).join('');
}

function literal({ type, value }: Bound): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') {
    return `[${value.map((each) => (typeof each === 'number' ? String(each) : quoted(each))).join(', ')}]`;
  }
  switch (type) {
    case 'Decimal(18, 9)':
      return `toDecimal64(${quoted(value)}, 9)`;
    case 'UUID':
      return `toUUID(${quoted(value)})`;
    case 'Float32':
      return `toFloat32(${quoted(value)})`;
    case "DateTime64(3, 'UTC')":
      return `toDateTime64(${quoted(value)}, 3, 'UTC')`;
    default:
      return quoted(value);
  }
}

const quoted = (value: string) => `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\0/g, '\\0')}'`;
