import { bucketTitle } from '../format/time.ts';
import type { ChartData } from './chart-data.ts';

interface ChartTableProps {
  readonly title: string;
  readonly data: ChartData;
  readonly timeZone: string;
  readonly format: (value: number | null, exact: string | null) => string;
}

/** The chart for those who hear it. */
export function ChartTable({ title, data, timeZone, format }: ChartTableProps) {
  return (
    <div className="sr-only">
      <table>
        <caption>{title} over time</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {data.lines.map((line) => (
              <th key={line.key} scope="col">
                {line.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.buckets.map((at, index) => (
            <tr key={at}>
              <th scope="row">{bucketTitle(at, data.bucketSeconds, timeZone)}</th>
              {data.lines.map((line) => (
                <td key={line.key}>{format(line.points[index] ?? null, line.exact?.[index] ?? null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
