import type { RequestDetail } from '../../../domain/api.ts';
import type { TracedCandidate } from '../../../domain/routing/trace.ts';
import { nanoMoney, UNKNOWN } from '../format/money.ts';
import { duration, integer } from '../format/number.ts';
import { Facts } from './facts.tsx';
import { restWords, strategyTitles } from './routing-words.ts';

type Trace = NonNullable<RequestDetail['routing']>;

/** How the target of a virtual model was chosen, by what was known at that moment. */
export function Routing({ trace }: { trace: Trace }) {
  const candidates = trace.candidates.toSorted((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity));
  return (
    <section aria-label="Routing">
      <h3 className="mb-1 text-body font-semibold">Routing</h3>
      <p className="text-small">{trace.reason}.</p>
      <Facts
        facts={[
          ['Asked for', trace.asked],
          ['Route', trace.route],
          ['Strategy', strategyTitles[trace.strategy]],
          ['Rule', trace.rule],
          ['Prompt', `about ${integer(trace.tokens)} tokens`],
          ...trace.notes.map((note): [string, string] => ['Note', note]),
        ]}
      />
      <ol aria-label="Candidates" className="mt-2 flex flex-col">
        {candidates.map((candidate) => (
          <Candidate key={candidate.model} candidate={candidate} />
        ))}
      </ol>
    </section>
  );
}

function Candidate({ candidate }: { candidate: TracedCandidate }) {
  const { model, place, excluded, costNano, ttftMs, inFlight, breaker } = candidate;
  return (
    <li className={`border-t border-line/60 py-1.5 text-small ${place === null ? 'text-muted' : ''}`}>
      <div className="flex gap-2">
        <span className="w-4 shrink-0 text-right text-muted">{place ?? UNKNOWN}</span>
        <code className="min-w-0 flex-1 truncate font-mono">{model}</code>
        <span title="Estimated cost of this request">
          {costNano === null ? UNKNOWN : `≈ ${nanoMoney(BigInt(costNano))}`}
        </span>
        <span title="Mean time to the first byte, as measured lately" className="w-16 text-right">
          {ttftMs === null ? UNKNOWN : duration(ttftMs)}
        </span>
        <span title="Calls under way" className="w-10 text-right">
          {integer(inFlight)}
        </span>
      </div>
      <p className="pl-6 text-muted">{[excluded, restWords[breaker]].filter(Boolean).join('; ')}</p>
    </li>
  );
}
