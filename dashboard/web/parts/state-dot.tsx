export type Tone = 'good' | 'warn' | 'bad' | 'muted';
const tones: Readonly<Record<Tone, string>> = { good: 'bg-good', warn: 'bg-warn', bad: 'bg-bad', muted: 'bg-muted' };

export function StateDot({ tone, className = '' }: { tone: Tone; className?: string }) {
  return <span aria-hidden className={`inline-block size-2 shrink-0 rounded-full ${tones[tone]} ${className}`} />;
}
