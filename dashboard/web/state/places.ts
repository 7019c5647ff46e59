import type { Dimension } from '../../../domain/view.ts';

/** A dimension that has a page of its own and one for each of its values. */
export interface Place {
  readonly dimension: Dimension;
  /** `/users` lists, `/user?is=ann` shows one. */
  readonly list: string;
  readonly one: string;
  readonly title: string;
  readonly question: string;
  /** How the page of one value asks, the value standing for `*`. */
  readonly oneQuestion: string;
}

export const places: readonly Place[] = [
  {
    dimension: 'user_id',
    list: '/users',
    one: '/user',
    title: 'Users',
    question: 'Who spends it?',
    oneQuestion: 'What does * spend?',
  },
  {
    dimension: 'feature',
    list: '/features',
    one: '/feature',
    title: 'Features',
    question: 'Which feature spends it?',
    oneQuestion: 'What does * cost?',
  },
  {
    dimension: 'prompt_id',
    list: '/prompts',
    one: '/prompt',
    title: 'Prompts',
    question: 'Which prompt spends it?',
    oneQuestion: 'What does * cost?',
  },
  {
    dimension: 'model',
    list: '/models',
    one: '/model',
    title: 'Models',
    question: 'Which model spends it?',
    oneQuestion: 'What do we spend on *?',
  },
  {
    dimension: 'provider',
    list: '/providers',
    one: '/provider',
    title: 'Providers',
    question: 'Whom do we pay?',
    oneQuestion: 'What do we pay *?',
  },
  {
    dimension: 'session_id',
    list: '/sessions',
    one: '/session',
    title: 'Sessions',
    question: 'Which session spends it?',
    oneQuestion: 'What did * cost?',
  },
];

const PROPERTY = 'property.';

/** The pages of a property, which exist for any name. */
export function propertyPlace(name: string): Place {
  return {
    dimension: `${PROPERTY}${name}`,
    list: `/properties?name=${encodeURIComponent(name)}`,
    one: `/property?name=${encodeURIComponent(name)}`,
    title: name,
    question: `What does it cost by ${name}?`,
    oneQuestion: 'What does * cost?',
  };
}

/** Null for a dimension without pages, which can only be filtered by. */
export function placeOf(dimension: string): Place | null {
  if (dimension.startsWith(PROPERTY)) return propertyPlace(dimension.slice(PROPERTY.length));
  return places.find((place) => place.dimension === dimension) ?? null;
}

/** The page of one value, within the view that `shared` (a query string or '') describes. */
export function valueLink(dimension: string, value: string, shared: string): string | null {
  const place = placeOf(dimension);
  if (place === null) return null;
  const [path = '', own = ''] = place.one.split('?');
  const params = new URLSearchParams(own);
  params.set('is', value);
  for (const [name, each] of new URLSearchParams(shared)) params.append(name, each);
  return `${path}?${params}`;
}
