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
      <table aria-label="Candidates" className="mt-2 w-full table-fixed text-small">
        <thead>
          <tr className="text-micro text-muted">
            <th scope="col" className="w-6">
              <span className="sr-only">Place</span>
            </th>
            <th scope="col" className="pb-1 text-left font-normal">
              Candidate
            </th>
            <th scope="col" className={`${figure} w-24 pb-1 font-normal`} title="Of this request, by the price lists">
              Estimate
            </th>
            <th scope="col" className={`${figure} w-20 pb-1 font-normal`} title="Mean, as measured lately">
              First byte
            </th>
            <th scope="col" className={`${figure} w-20 pb-1 font-normal`} title="Calls at that moment">
              Under way
            </th>
          </tr>
        </thead>
        {candidates.map((candidate) => (
          <Candidate key={candidate.model} candidate={candidate} />
        ))}
      </table>
    </section>
  );
}

const figure = 'pl-2 text-right whitespace-nowrap';

function Candidate({ candidate }: { candidate: TracedCandidate }) {
  const { model, place, excluded, costNano, ttftMs, inFlight, breaker } = candidate;
  const why = [excluded, restWords[breaker]].filter(Boolean).join('; ');
  return (
    <tbody className={`border-t border-line/60 ${place === null ? 'text-muted' : ''}`}>
      <tr>
        <td className="py-1.5 text-muted">{place ?? UNKNOWN}</td>
        <td className="truncate font-mono" title={model}>
          {model}
        </td>
        <td className={figure}>{costNano === null ? UNKNOWN : `≈ ${nanoMoney(BigInt(costNano))}`}</td>
        <td className={figure}>{ttftMs === null ? UNKNOWN : duration(ttftMs)}</td>
        <td className={figure}>{integer(inFlight)}</td>
      </tr>
      {why !== '' && (
        <tr>
          <td />
          <td colSpan={4} className="pb-1.5 text-muted">
            {why}
          </td>
        </tr>
      )}
    </tbody>
  );
}
