import type { StatusAnswer } from '../../../domain/api.ts';
import { integer, plural } from '../format/number.ts';
import { ago } from '../format/time.ts';
import { Popover } from '../parts/popover.tsx';
import { StateDot, type Tone } from '../parts/state-dot.tsx';
import { useServer } from '../state/view.tsx';
import { railItem } from './rail-item.ts';

type HealthState = StatusAnswer['health'];

const isSome = (count: number | null): boolean => count !== null && count > 0;

function verdict({ health, warehouse }: StatusAnswer): { tone: Tone; title: string; text: string } {
  if (!warehouse.reachable) {
    return {
      tone: 'warn',
      title: 'The warehouse is away',
      text: 'Accepted requests wait on disk; the counts are those of before.',
    };
  }
  if (health.complete === false || isSome(health.gaps)) {
    return { tone: 'bad', title: 'Incomplete', text: 'Requests that were accepted are missing from the figures.' };
  }
  if (isSome(health.lostExchanges) || isSome(health.deadLetters)) {
    return {
      tone: 'warn',
      title: 'Complete, with losses',
      text: 'Some requests could not be kept; they are counted here.',
    };
  }
  if (health.processes.some((process) => process.state !== 'up')) {
    return { tone: 'warn', title: 'A process is down', text: 'It is being restarted; accepted requests wait on disk.' };
  }
  return { tone: 'good', title: 'Complete', text: 'Every accepted request is in the figures, none twice.' };
}

export function Health({ wide }: { wide: boolean }) {
  const server = useServer();
  const { health, warehouse } = server;
  const { tone, title, text } = verdict(server);
  const trigger = (
    <button type="button" className={railItem(wide)} aria-label={`Health: ${title}`} title={`Health: ${title}`}>
      <span className="flex size-4 shrink-0 items-center justify-center">
        <StateDot tone={tone} />
      </span>
      <span className={`truncate ${wide ? '' : 'max-lg:sr-only'}`}>{title}</span>
    </button>
  );
  return (
    <Popover trigger={trigger} label="Health" side="right" align="end" className="w-84 p-3">
      <h2 className="flex items-center gap-2 font-semibold">
        <StateDot tone={tone} />
        {title}
      </h2>
      <p className="mt-0.5 text-small text-muted">{text}</p>
      {!warehouse.reachable && <p className="mt-1 text-micro break-words text-bad">{warehouse.error}</p>}
      <Counts health={health} now={Date.parse(server.now)} />
      {health.processes.length > 0 && <Processes health={health} />}
    </Popover>
  );
}

interface Line {
  readonly name: string;
  readonly value: string;
  readonly alarming?: boolean;
}

function linesOf(health: HealthState, now: number): Line[] {
  const fault = (name: string, count: number | null) => ({ name, value: integer(count), alarming: isSome(count) });
  const lines: Line[] = [
    fault('Gaps in the record', health.gaps),
    fault('Dead letters', health.deadLetters),
    fault('Requests lost for want of room', health.lostExchanges),
    fault('Bodies shed for want of room', health.lostBodies),
    { name: 'Accepted, not yet in the figures', value: integer(health.waiting) },
  ];
  // Where there is no Kafka, there is nothing to be behind in, and nothing comes twice.
  if (health.lag !== null) lines.push({ name: 'Of these, in Kafka', value: integer(health.lag) });
  if (isSome(health.duplicatesAvoided)) {
    lines.push({ name: 'Sent twice, counted once', value: integer(health.duplicatesAvoided) });
  }
  if (health.lastProgressAt !== null) {
    lines.push({ name: 'Figures last grew', value: ago(Date.parse(health.lastProgressAt), now) });
  }
  return lines;
}

function Counts({ health, now }: { health: HealthState; now: number }) {
  return (
    <dl className="mt-2 border-t border-line pt-1.5">
      {linesOf(health, now).map(({ name, value, alarming }) => (
        <div key={name} className="flex h-6 items-center justify-between text-small">
          <dt className="text-muted">{name}</dt>
          <dd className={alarming ? 'font-medium text-bad' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Processes({ health }: { health: HealthState }) {
  return (
    <ul className="mt-1.5 border-t border-line pt-1.5">
      {health.processes.map((process) => (
        <li key={process.name} className="py-0.5 text-small">
          <div className="flex items-center gap-2">
            <StateDot tone={process.state === 'up' ? 'good' : 'warn'} />
            <span className="flex-1">{process.name}</span>
            <span className="text-muted">
              {process.state}
              {process.restarts > 0 && ` · ${plural(process.restarts, 'restart')}`}
            </span>
          </div>
          {process.lastExit !== null && (
            <div className="pl-4 text-micro break-words text-muted">{process.lastExit}</div>
          )}
        </li>
      ))}
    </ul>
  );
}
