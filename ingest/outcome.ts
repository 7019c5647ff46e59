export type StepName = 'decode' | 'parse' | 'usage' | 'tokens' | 'price' | 'rows' | 'write';

export interface DeadLetter {
  readonly kind: 'deadLetter';
  readonly step: StepName;
  readonly reason: string;
  readonly cause: unknown;
}

/** What the steps make of an event. */
export type Outcome<Value> = { readonly kind: 'ok'; readonly value: Value } | DeadLetter;

/** A pure function with a name. What it throws is about its event alone, so the event is set aside and the rest go on. */
export interface Step<In, Out> {
  readonly name: StepName;
  readonly work: (event: In) => Out;
}

export interface Steps<In, Out> {
  next<After>(step: Step<Out, After>): Steps<In, After>;
  run(event: In): Outcome<Out>;
}

export function firstly<In, Out>(step: Step<In, Out>): Steps<In, Out> {
  return sequence((event) => apply(step, event));
}

function sequence<In, Out>(run: (event: In) => Outcome<Out>): Steps<In, Out> {
  return {
    run,
    next: (step) =>
      sequence((event) => {
        const before = run(event);
        return before.kind === 'ok' ? apply(step, before.value) : before;
      }),
  };
}

function apply<In, Out>({ name, work }: Step<In, Out>, event: In): Outcome<Out> {
  try {
    return { kind: 'ok', value: work(event) };
  } catch (cause) {
    return { kind: 'deadLetter', step: name, reason: reasonOf(cause), cause };
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
