import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpendlensError } from '../../domain/error.ts';
import { type ChildState, EXIT_CONFIG, type ToChild, type ToSupervisor, toSupervisor } from '../../process/messages.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A child that lived this long had started well: its next restart waits the first pause again. */
const STEADY_MS = 30_000;

/** The second is kafkajs's, once per process: it asks for a timer in the past, which fires at once. */
const QUIET = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

export interface ChildSpec {
  readonly name: string;
  readonly script: string;
  /** Asked at every start, since ports are known only once siblings listen. */
  env(): Readonly<Record<string, string>>;
  /** An inherited descriptor, which the child finds as number 4. */
  readonly socket?: number;
}

export interface ChildEvents {
  changed(): void;
  message(child: Child, message: ToSupervisor): void;
}

/** One process that is kept running: started, started again with growing pauses when it dies, stopped. */
export class Child {
  readonly spec: ChildSpec;
  /** Where it listens, as it said when it was last ready. */
  port: number | null = null;
  readonly #events: ChildEvents;
  #process: ChildProcess | undefined;
  #state: ChildState['state'] = 'starting';
  #restarts = 0;
  #lastExit: string | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #stopping = false;
  #pause = new AbortController();

  constructor(spec: ChildSpec, events: ChildEvents) {
    this.spec = spec;
    this.#events = events;
  }

  get pid(): number | null {
    return this.#state === 'stopped' || this.#state === 'restarting' ? null : (this.#process?.pid ?? null);
  }

  get state(): ChildState {
    return {
      name: this.spec.name,
      pid: this.pid,
      state: this.#state,
      restarts: this.#restarts,
      lastExit: this.#lastExit,
    };
  }

  send(message: ToChild): void {
    if (this.#process?.connected) this.#process.send(message);
  }

  /** Resolves when the child is ready the first time; rejects when it cannot be started at all. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#spawn(resolve, reject));
  }

  /** Asks it to drain, and kills it where that takes longer than `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#pause.abort();
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const inTime = await Promise.race([gone.then(() => true), sleep(graceMs, false, { ref: false })]);
    if (inTime) return;
    child.kill('SIGKILL');
    await gone;
  }

  #spawn(onReady: () => void, onImpossible: (error: Error) => void): void {
    if (this.#stopping) return;
    const startedAt = Date.now();
    const { script, socket } = this.spec;
    const child = spawn(process.execPath, [...QUIET, script], {
      env: { ...process.env, ...this.spec.env(), ...(socket === undefined ? {} : { SPENDLENS_PROXY_FD: '4' }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...(socket === undefined ? [] : [socket])],
      // A group of its own: Ctrl-C reaches the supervisor alone, which stops its children in order.
      detached: true,
    });
    this.#process = child;
    this.#set('starting');
    child.on('message', (raw) => {
      const parsed = toSupervisor.safeParse(raw);
      if (!parsed.success) return;
      if (parsed.data.type !== 'ready') return this.#events.message(this, parsed.data);
      this.port = parsed.data.port;
      this.#set('up');
      onReady();
    });
    child.on('error', (error) => onImpossible(error));
    child.on('exit', (code, signal) => void this.#ended(startedAt, code, signal, onReady, onImpossible));
  }

  async #ended(
    startedAt: number,
    code: number | null,
    signal: NodeJS.Signals | null,
    onReady: () => void,
    onImpossible: (error: Error) => void,
  ): Promise<void> {
    this.#lastExit = signal === null ? `exit code ${code}` : `signal ${signal}`;
    if (this.#stopping) return this.#set('stopped');
    if (code === EXIT_CONFIG) {
      this.#set('stopped');
      return onImpossible(new SpendlensError('config_invalid', `${this.spec.name} cannot start; it said why above`));
    }
    if (Date.now() - startedAt > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#restarts++;
    this.#set('restarting');
    process.stderr.write(
      `spendlens: ${this.spec.name} died (${this.#lastExit}); restart ${this.#restarts} in ${this.#pauseMs} ms\n`,
    );
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    await sleep(pause, undefined, { signal: this.#pause.signal }).catch(() => undefined);
    if (this.#stopping) return this.#set('stopped');
    this.#spawn(onReady, onImpossible);
  }

  #set(state: ChildState['state']): void {
    this.#state = state;
    this.#events.changed();
  }
}
