import { CopyButton } from '../parts/copy.tsx';
import { Panel } from '../parts/panel.tsx';

const example = 'date,model,amount_usd\n2026-11-20,gpt-4o-mini,12.34\n2026-11-20,my-own-model,0.56\n';

const reports: readonly { readonly title: string; readonly where: string; readonly columns: string }[] = [
  {
    title: 'OpenAI, CSV',
    where: 'The export of costs from the usage page, grouped by line item',
    columns: 'start_time, amount_value, line_item',
  },
  {
    title: 'OpenAI, JSON',
    where: 'What /v1/organization/costs answers, with group_by=line_item; one page or an array of pages',
    columns: 'data[].results[].amount',
  },
  {
    title: 'Anthropic, CSV',
    where: 'The export of the cost page of the console',
    columns: 'usage_date_utc, model, cost_usd',
  },
  {
    title: 'Anthropic, JSON',
    where: 'What /v1/organizations/cost_report answers, with group_by[]=description; one page or an array of pages',
    columns: 'data[].results[].amount, in cents',
  },
  {
    title: 'Any provider, CSV',
    where: 'A line for each UTC day and model, in dollars; commas, semicolons or tabs',
    columns: 'date, model, amount_usd',
  },
];

/** Which files can be read, and where they are to be had. */
export function ReportFormats() {
  return (
    <Panel
      title="What can be read"
      aside={
        <CopyButton text={example} label="Copy a generic example">
          {'Copy an example'}
        </CopyButton>
      }
    >
      <dl className="px-3 pb-2 text-small">
        {reports.map(({ title, where, columns }) => (
          <div
            key={title}
            className="grid grid-cols-[140px_1fr] gap-x-3 gap-y-0.5 border-t border-line/60 py-2 max-sm:grid-cols-1"
          >
            <dt className="font-medium">{title}</dt>
            <dd className="min-w-0">
              {where}
              <span className="block font-mono text-micro break-words text-muted">{columns}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
