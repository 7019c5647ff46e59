import type { ConfigLog, ConfigVersion } from '../../clickhouse/config-log.ts';
import { type Experiment, experiment } from '../../domain/experiments/experiment.ts';
import type { Named } from '../../domain/prices/rules.ts';
import { GUARD } from './experiment-guard.ts';

/**
 * What spendlens.yaml declares, but for what a guard paused: that pause stands until the file says something else of the
 * experiment, or nothing would end harm but an edit on the machine.
 */
export function createDeclaredExperiments(changes: ConfigLog, file: () => Promise<readonly Named<Experiment>[]>) {
  return async function declared(): Promise<readonly Named<Experiment>[]> {
    const experiments = await file();
    if (experiments.length === 0) return experiments;
    const pauses = new Map((await changes.list('experiment')).flatMap(pauseOf));
    return experiments.map((each) => {
      const pause = pauses.get(each.id);
      return pause && saysTheSame(pause, each.value) ? { ...each, value: pause } : each;
    });
  };
}

function pauseOf({ id, who, value }: ConfigVersion): [string, Experiment][] {
  const parsed = experiment.safeParse(value);
  return who === GUARD && parsed.success ? [[id, parsed.data]] : [];
}

const saysTheSame = (pause: Experiment, declared: Experiment): boolean =>
  declared.status === 'running' &&
  JSON.stringify(experiment.parse({ ...pause, status: 'running', pausedBecause: '' })) ===
    JSON.stringify(experiment.parse(declared));
