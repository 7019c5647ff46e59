/** The one list of what the reading credential may see of database `spendlens`. */
export const READABLE_TABLES: readonly string[] = [
  'requests',
  'attempts',
  'bodies',
  'slices',
  'gaps',
  'removals',
  'dead_letters',
  'corrections',
  'scores',
];

/** Rollups are public too; each has this beginning. */
export const READABLE_PREFIX = 'rollup_';

export const isReadableTable = (name: string) => READABLE_TABLES.includes(name) || name.startsWith(READABLE_PREFIX);

/** Tables of `system` that clients read; `catalogue.ts` serves each in a form of its own. */
export const SYSTEM_TABLES: readonly string[] = [
  'tables',
  'columns',
  'databases',
  'settings',
  'functions',
  'data_type_families',
  'formats',
  'time_zones',
  'table_engines',
  'one',
  'numbers',
];

/** What ingest and the migrations alone write; the dashboard may change or remove facts, never add any. */
export const WRITTEN_BY_INGEST = ['attempts', 'bodies', 'slices', 'gaps', 'migrations'];

export const isInsertableByDashboard = (name: string) => !WRITTEN_BY_INGEST.includes(name);

/** Table functions that make rows out of their arguments alone; `view` runs a query that is checked with the rest. */
const TABLE_FUNCTIONS = ['numbers', 'numbers_mt', 'zeros', 'generate_series', 'generateseries', 'values', 'view'];

export const isAllowedTableFunction = (name: string) => TABLE_FUNCTIONS.includes(name.toLowerCase());

export const ALLOWED_TABLES_TEXT = `${READABLE_TABLES.join(', ')}, ${READABLE_PREFIX}*, and of system: ${SYSTEM_TABLES.join(', ')}`;
export const ALLOWED_TABLE_FUNCTIONS_TEXT = TABLE_FUNCTIONS.join(', ');
