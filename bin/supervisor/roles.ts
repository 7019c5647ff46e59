import { SpendlensError } from '../../domain/error.ts';

const names = ['proxy', 'ingest', 'warehouse', 'dashboard'] as const;
export type RoleName = (typeof names)[number];

interface Surroundings {
  /** A ClickHouse server is named. */
  readonly server: boolean;
  /** Exchanges travel through Kafka. */
  readonly kafka: boolean;
}

/**
 * What this supervisor runs: all that applies, or the roles of a comma list.
 * @throws SpendlensError config_invalid where a role is unknown, or could not do its work where it is put
 */
export function chooseRoles(asked: string | undefined, where: Surroundings): ReadonlySet<RoleName> {
  if (asked === undefined) return new Set(names.filter((name) => name !== 'warehouse' || !where.server));
  const chosen = new Set(asked.split(',').map((name) => roleOf(name.trim())));
  const fault = faultOf(chosen, where);
  if (fault !== null) throw invalid(asked, fault);
  return chosen;

  function roleOf(name: string): RoleName {
    const known = names.find((role) => role === name);
    if (known === undefined) throw invalid(asked ?? '', `${JSON.stringify(name)} is none of ${names.join(', ')}`);
    return known;
  }
}

function faultOf(chosen: ReadonlySet<RoleName>, { server, kafka }: Surroundings): string | null {
  if (server && chosen.has('warehouse'))
    return 'CLICKHOUSE_URL names a server, so there is no embedded warehouse to run';
  const needing = [...chosen].find((role) => role === 'ingest' || role === 'dashboard');
  if (needing && !server && !chosen.has('warehouse')) {
    return `${needing} needs a warehouse: set CLICKHOUSE_URL, or add the role warehouse`;
  }
  // Without Kafka the outbox is the only way from one to the other, and it is a folder that both must see.
  if (chosen.has('proxy') !== chosen.has('ingest') && !kafka) {
    return 'proxy and ingest can be apart only where KAFKA_BROKERS is set';
  }
  return null;
}

const invalid = (asked: string, fault: string) =>
  new SpendlensError('config_invalid', `SPENDLENS_ROLES=${JSON.stringify(asked)}: ${fault}`);
