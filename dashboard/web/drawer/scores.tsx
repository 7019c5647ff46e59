import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import type { RequestDetail } from '../../../domain/api.ts';
import { FEEDBACK, type StandingScore } from '../../../domain/scores-api.ts';
import { type RequestIdentity, rate } from '../api/queries.ts';
import { decimal } from '../format/number.ts';
import { dateTime } from '../format/time.ts';
import { IconButton } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { useView } from '../state/view.tsx';

/** What was said about the answer, and two thumbs to say it. */
export function Scores({ detail }: { detail: RequestDetail }) {
  const { line, scores } = detail;
  const identity = { requestId: line.requestId, outboxId: line.outboxId, seq: line.seq };
  const cache = useQueryClient();
  const rating = useMutation({
    mutationFn: (good: boolean) => rate(identity, good),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['request', identity satisfies RequestIdentity] }),
  });
  const standing = scores.find(({ name }) => name === FEEDBACK)?.value;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-1.5">
      <Thumb good pressed={standing === true} disabled={rating.isPending} onPress={() => rating.mutate(true)} />
      <Thumb
        good={false}
        pressed={standing === false}
        disabled={rating.isPending}
        onPress={() => rating.mutate(false)}
      />
      {scores
        .filter(({ name }) => name !== FEEDBACK)
        .map((score) => (
          <ScoreTag key={score.name} score={score} />
        ))}
      {rating.error !== null && (
        <p role="alert" className="text-small text-bad">
          {reasonOf(rating.error)}
        </p>
      )}
    </div>
  );
}

interface ThumbProps {
  readonly good: boolean;
  readonly pressed: boolean;
  readonly disabled: boolean;
  readonly onPress: () => void;
}

function Thumb({ good, pressed, disabled, onPress }: ThumbProps) {
  const Icon = good ? ThumbsUp : ThumbsDown;
  const tone = good ? 'text-good' : 'text-bad';
  return (
    <IconButton
      label={good ? 'A good answer' : 'A bad answer'}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onPress}
      className={pressed ? `bg-sunken ${tone}` : ''}
    >
      <Icon size={14} aria-hidden fill={pressed ? 'currentColor' : 'none'} />
    </IconButton>
  );
}

function ScoreTag({ score }: { score: StandingScore }) {
  const { view } = useView();
  const when = `${score.who}, ${dateTime(Date.parse(score.at), view.timeZone)}`;
  return (
    <span
      title={score.comment === '' ? when : `${score.comment} — ${when}`}
      className="flex h-6 max-w-full items-center gap-1.5 rounded-md bg-sunken px-2 text-small"
    >
      <span className="shrink-0 text-muted">{score.name}</span>
      <span className="truncate">{valueText(score.value)}</span>
    </span>
  );
}

function valueText(value: StandingScore['value']): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? decimal(value) : value;
}
