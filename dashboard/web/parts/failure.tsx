import { RotateCw, TriangleAlert } from 'lucide-react';
import { Button } from './button.tsx';

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div role="alert" className="flex h-full min-h-20 flex-col items-center justify-center gap-2 p-4 text-center">
      <p className="flex max-w-120 items-start gap-1.5 text-small text-bad">
        <TriangleAlert size={14} className="mt-px shrink-0" aria-hidden />
        <span className="break-words">{reasonOf(error)}</span>
      </p>
      <Button onClick={onRetry}>
        <RotateCw size={13} aria-hidden />
        Try again
      </Button>
    </div>
  );
}
