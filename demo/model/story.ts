import { type Span, within, workdayStretch } from './clock.ts';
import type { Share, Step } from './feature.ts';
import { models } from './models.ts';
import type { Random } from './random.ts';

/** What happens to the product while the traffic runs: releases of prompts, a costly mistake, an outage. */
export interface Story {
  versionOf(promptId: string, moment: number, random: Random): 'v1' | 'v2' | 'v3';
  /** The models that a step uses at a moment. */
  modelsAt(step: Step, moment: number): readonly [Share, ...Share[]];
  isDown(provider: string, moment: number): boolean;
}

/** The step that somebody pointed at a dear model for an afternoon, and the model. */
export const incident = { promptId: 'search-answer', model: models.gpt5pro } as const;
export const outage = { provider: 'anthropic' } as const;

export function createStory(span: Span): Story {
  const mistake = workdayStretch(span, 0.72, 13, 4);
  const down = shorten(workdayStretch(span, 0.45, 9, 1), 45 * 60_000);
  return {
    versionOf(promptId, moment, random) {
      // Each prompt has its own dates, and each release is tried on some before it is there for all.
      const own = (nameHash(promptId) % 1000) / 1000;
      const trial = (random.next() - 0.5) * 0.04;
      const age = (moment - span.from) / (span.to - span.from) + trial;
      if (age < 0.2 + 0.25 * own) return 'v1';
      return age < 0.55 + 0.3 * own ? 'v2' : 'v3';
    },
    modelsAt: (step, moment) =>
      step.promptId === incident.promptId && within(mistake, moment)
        ? [{ model: incident.model, share: 1 }]
        : step.models,
    isDown: (provider, moment) => provider === outage.provider && within(down, moment),
  };
}

/** A quiet stretch: nothing changes. */
export const noStory: Story = {
  versionOf: () => 'v3',
  modelsAt: (step) => step.models,
  isDown: () => false,
};

function shorten(span: Span | null, lengthMs: number): Span | null {
  return span === null ? null : { from: span.from, to: span.from + lengthMs };
}

function nameHash(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}
