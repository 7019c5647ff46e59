import { PageHead } from '../pages/page-head.tsx';
import { Button } from '../parts/button.tsx';
import { useReconciliation } from './queries.ts';
import { ReconciliationResult } from './reconciliation-result.tsx';
import { ReportFormats } from './report-formats.tsx';
import { ReportUpload } from './report-upload.tsx';

export function ReconciliationPage() {
  const { answer, compare, forget } = useReconciliation();
  if (answer === null) {
    return (
      <div className="flex flex-col gap-3 p-4 max-sm:p-3">
        <PageHead title="Reconciliation" question="Does the provider’s invoice agree?" />
        <ReportUpload onCompare={compare} />
        <ReportFormats />
      </div>
    );
  }
  return (
    <div className="flex h-full min-h-[640px] flex-col">
      <div className="px-4 pt-4 max-sm:px-3 max-sm:pt-3">
        <PageHead
          title="Reconciliation"
          question="Does the provider’s invoice agree?"
          aside={<Button onClick={forget}>Another report</Button>}
        />
      </div>
      <ReconciliationResult answer={answer} />
    </div>
  );
}
