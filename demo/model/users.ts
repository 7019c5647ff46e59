import { createRandom, createWeighted, type Weighted } from './random.ts';

export interface User {
  readonly id: string;
  readonly team: string;
  readonly plan: string;
  readonly region: string;
}

interface Company {
  readonly domain: string;
  readonly plan: string;
  readonly region: string;
}

export const USERS = 400;

const firstNames = [
  'amelie',
  'anders',
  'aylin',
  'ben',
  'carla',
  'chen',
  'daniel',
  'dora',
  'elena',
  'emil',
  'fatima',
  'felix',
  'giulia',
  'hannah',
  'hugo',
  'ines',
  'ivan',
  'jana',
  'jonas',
  'kofi',
  'lara',
  'leo',
  'lucia',
  'mads',
  'maria',
  'mehmet',
  'mila',
  'nadia',
  'noah',
  'olga',
  'pablo',
  'priya',
  'quentin',
  'rosa',
  'samir',
  'sofia',
  'tariq',
  'uma',
  'victor',
  'yuki',
] as const;
const lastNames = [
  'almeida',
  'bauer',
  'brandt',
  'costa',
  'dubois',
  'eriksen',
  'ferrari',
  'garcia',
  'haddad',
  'ito',
  'jansen',
  'kaya',
  'kumar',
  'larsen',
  'meyer',
  'moreau',
  'novak',
  'okafor',
  'petrov',
  'rossi',
  'santos',
  'schmidt',
  'silva',
  'tanaka',
  'vogel',
  'weber',
  'yilmaz',
  'zhang',
] as const;
const companies: readonly [Company, ...Company[]] = [
  { domain: 'northwind.example', plan: 'enterprise', region: 'eu-central' },
  { domain: 'globex.example', plan: 'enterprise', region: 'us-east' },
  { domain: 'initech.example', plan: 'business', region: 'us-west' },
  { domain: 'umbra.example', plan: 'business', region: 'eu-west' },
  { domain: 'kestrel.example', plan: 'business', region: 'ap-south' },
  { domain: 'tinker.example', plan: 'pro', region: 'eu-central' },
  { domain: 'bluebird.example', plan: 'free', region: 'us-east' },
];
const teams = ['support', 'sales', 'finance', 'engineering', 'legal', 'marketing'] as const;

/** Most frequent first: the k-th user makes 1/k of what the first one makes. */
export function createUsers(seed: string): { readonly all: readonly User[]; readonly weighted: Weighted<User> } {
  const random = createRandom(seed, 'users');
  const taken = new Set<string>();
  const make = (): User => {
    const company = random.pick(companies);
    const name = `${random.pick(firstNames)}.${random.pick(lastNames)}@${company.domain}`;
    // Some products send their own key instead of an address.
    const id = taken.has(name) || random.chance(0.25) ? `usr_${random.hex(10)}` : name;
    taken.add(id);
    return { id, team: random.pick(teams), plan: company.plan, region: company.region };
  };
  const first = make();
  const all: [User, ...User[]] = [first, ...Array.from({ length: USERS - 1 }, make)];
  const rank = new Map(all.map((user, index) => [user, index + 1]));
  return { all, weighted: createWeighted(all, (user) => 1 / (rank.get(user) ?? 1)) };
}
