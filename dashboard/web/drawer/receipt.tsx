import type { RequestDetail } from '../../../domain/api.ts';
import type { ReceiptLine } from '../../../domain/prices/receipt.ts';
import { exactMoney, exactNano, statedMoney } from '../format/money.ts';
import { integer } from '../format/number.ts';
import { Corrections } from './corrections.tsx';
import { Facts } from './facts.tsx';
import { receiptSum } from './receipt-sum.ts';
import { costStatusWords, itemTitle, sourceTitle, unitPrice } from './receipt-words.ts';

type Attempt = RequestDetail['attempts'][number];

export function ReceiptTab({ detail }: { detail: RequestDetail }) {
  const { line, attempts } = detail;
  return (
    <div className="flex flex-col gap-5">
      <div>
        <div className="text-figure font-semibold tracking-tight">
          {line.cost === null ? '— unpriced' : statedMoney(line.cost, line.costStatus)}
        </div>
        <p className="text-small text-muted">
          {line.cost !== null && <>{exactMoney(line.cost)} · </>}
          {costStatusWords(line.costStatus)}
        </p>
      </div>
      {attempts.map((attempt) => (
        <AttemptReceipt key={attempt.attempt} attempt={attempt} numbered={attempts.length > 1} />
      ))}
      <Corrections corrections={detail.corrections} />
      {attempts.length === 0 && <p className="text-muted">No provider was called, so nothing was billed.</p>}
    </div>
  );
}

const cell = 'h-8 border-b border-line/60 px-2 first:pl-0 last:pr-0';

function AttemptReceipt({ attempt, numbered }: { attempt: Attempt; numbered: boolean }) {
  const { receipt } = attempt;
  return (
    <section>
      {numbered && (
        <h3 className="mb-1 text-body font-semibold">
          Attempt {attempt.attempt} · {attempt.model}
        </h3>
      )}
      {receipt.lines.length > 0 && (
        <table className="w-full text-right">
          <thead>
            <tr className="text-small text-muted">
              <th scope="col" className={`${cell} text-left font-medium`}>
                Item
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                Units
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                Price
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {receipt.lines.map((line) => (
              <tr key={`${line.item} ${line.model}`}>
                <td className={`${cell} text-left`}>
                  {itemTitle(line.item)}
                  <LineNote line={line} />
                </td>
                <td className={cell}>{integer(line.units)}</td>
                <td className={`${cell} whitespace-nowrap`} title={`${line.pricePico} pico-dollars a unit`}>
                  × {unitPrice(line.pricePico)}
                </td>
                <td className={`${cell} font-medium whitespace-nowrap`}>= {exactNano(BigInt(line.amountNano))}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr className="font-semibold">
              <td className="h-9 text-left">Total</td>
              <td />
              <td />
              <td className="h-9 whitespace-nowrap">{exactNano(receiptSum(receipt))}</td>
            </tr>
          </tfoot>
        </table>
      )}
      <Origin attempt={attempt} />
    </section>
  );
}

/** Why a line is not like the others: whose work it is, where its price stands, what it was priced as. */
function LineNote({ line }: { line: ReceiptLine }) {
  const words = [line.model, line.source && `price: ${sourceTitle(line.source)}`, line.note].filter(Boolean);
  if (words.length === 0) return null;
  return <span className="block text-micro text-muted">{words.join(' · ')}</span>;
}

function Origin({ attempt }: { attempt: Attempt }) {
  const { receipt } = attempt;
  const saved = BigInt(receipt.cacheSavedNano);
  const facts: readonly [string, string][] = [
    ['Status', costStatusWords(attempt.costStatus)],
    ['Why', receipt.reason],
    ['Priced as', receipt.priceModel],
    ['Source', sourceTitle(receipt.source)],
    ['Price page', receipt.priceSource],
    ['Override', receipt.override],
    ['Price from', receipt.priceFrom],
    ['Tier', receipt.tier],
    ['List price', nanoText(receipt.listNano)],
    ['Provider says', nanoText(receipt.reportedNano)],
    ['Cache saved', saved === 0n ? '' : `${exactNano(saved)}, already left out of the lines`],
    ['Catalogue', attempt.priceVersion],
  ];
  return <Facts facts={facts} />;
}

const nanoText = (nano: string): string => (nano === '' ? '' : exactNano(BigInt(nano)));
