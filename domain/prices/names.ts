/** A name that a price list may know a model by. */
export interface Candidate {
  readonly provider: string;
  readonly model: string;
  /** True where it is a guess: the same name without its date. */
  readonly guessed: boolean;
}

/**
 * Under which names to look a model up, the likeliest first. A fine-tune is never taken for the model that it was made
 * from, since it costs more; and only names that are taken apart by rule are here: what a deployment or an inference
 * profile of the user's own stands for is said by an alias.
 */
export function candidatesOf(provider: string, name: string): Candidate[] {
  const plain = decode(name);
  // ARNs, `publishers/google/models/…`, `accounts/fireworks/models/…`
  const bare = plain.slice(plain.lastIndexOf('/') + 1);
  const at = (of: string, model: string, guessed = false): Candidate => ({ provider: of, model, guessed });
  const found = [
    at(provider, plain),
    at(provider, bare),
    ...elsewhere(provider, plain, bare).map(([of, m]) => at(of, m)),
  ];
  const undated = bare.startsWith('ft:') || bare.includes('.ft-') ? bare : bare.replace(DATED, '');
  if (undated !== bare && undated !== '') {
    found.push(...elsewhere(provider, undated, undated).map(([of, m]) => at(of, m, true)), at(provider, undated, true));
  }
  const seen = new Set<string>();
  return found.filter(({ provider: of, model }) => {
    const key = `${of}\n${model}`;
    return model !== '' && !seen.has(key) && Boolean(seen.add(key));
  });
}

const DATED = /(?:[-@](?:20\d{6}|20\d\d-\d\d-\d\d)|[-@]latest|@default)$/;
/** Routing wishes of OpenRouter's, which do not change the model. */
const VARIANT = /:(?:nitro|floor|online|exacto)$/;

function elsewhere(provider: string, plain: string, bare: string): [string, string][] {
  switch (provider) {
    case 'azure':
      // Azure sells OpenAI's models at OpenAI's prices.
      return [['openai', bare]];
    case 'vertex':
      // Claude costs at a global endpoint what Anthropic takes; a regional one is a rate of Vertex's.
      return /^claude/.test(bare) ? [['anthropic', bare.replace('@', '-')]] : [];
    case 'openrouter':
      return VARIANT.test(plain) ? [['openrouter', plain.replace(VARIANT, '')]] : [];
    default:
      return [];
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
