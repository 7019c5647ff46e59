import { RequestsTable } from '../table/requests-table.tsx';
import { PageHead } from './page-head.tsx';

export function RequestsPage() {
  return (
    <div className="h-full min-h-[420px]">
      <RequestsTable
        title={
          <div className="flex-1">
            <PageHead title="Requests" question="What was asked, and what did each cost?" />
          </div>
        }
      />
    </div>
  );
}
