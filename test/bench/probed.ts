import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromProbe, Parts, ToProbe, Usage } from './probe-messages.ts';

const probe = join(import.meta.dirname, 'probe.ts');

/** A server in a process of its own that says what it uses. */
export interface Probed {
  readonly url: string;
  readonly pid: number;
  /** What it used while `work` ran. */
  usage(work: () => Promise<void>): Promise<Usage>;
  /** Where its main thread spent the time that `work` took. */
  profile(work: () => Promise<void>): Promise<Parts>;
  stop(): Promise<void>;
}

export interface ProbedOptions {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** @throws where it ends before it listens. */
export async function startProbed({ script, args = [], env = {}, flags = [] }: ProbedOptions): Promise<Probed> {
  const child = fork(script, args, {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', probe, ...flags],
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await portOf(child);

  async function ask(question: ToProbe['probe']): Promise<FromProbe> {
    const answer = once(child, 'message');
    child.send({ probe: question } satisfies ToProbe);
    const [message]: FromProbe[] = await answer;
    if (message === undefined) throw new Error(`${script} said nothing`);
    return message;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async usage(work) {
      await ask('begin');
      await work();
      const answer = await ask('end');
      if (answer.probe !== 'usage') throw new Error(`${script} answered ${answer.probe}`);
      return answer;
    },
    async profile(work) {
      await ask('beginProfile');
      await work();
      const answer = await ask('endProfile');
      if (answer.probe !== 'profile') throw new Error(`${script} answered ${answer.probe}`);
      return answer.parts;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  const exited = once(child, 'exit').then(() => {
    throw new Error(`${child.spawnfile} ended before it listened`);
  });
  const listening = once(child, 'message').then(([message]: { port: number }[]) => message?.port ?? 0);
  return Promise.race([listening, exited]);
}
