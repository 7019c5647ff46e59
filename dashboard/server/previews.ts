import { randomUUID } from 'node:crypto';
import { SpendlensError } from '../../domain/error.ts';
import type { RepricingPreview, RepricingSelection } from '../../domain/money-api.ts';
import type { Repricing } from '../../repricing/repricing.ts';

const KEEP_MS = 600_000;
const AT_ONCE = 3;

/** What repricing would change, worked out in the background while somebody looks on. */
export interface Previews {
  /** @throws SpendlensError busy */
  begin(selection: RepricingSelection): string;
  /** @throws SpendlensError not_found */
  get(id: string): RepricingPreview;
}

export function createPreviews(repricing: Pick<Repricing, 'preview'>): Previews {
  const previews = new Map<string, RepricingPreview>();

  async function work(id: string, selection: RepricingSelection): Promise<void> {
    const signal = AbortSignal.timeout(KEEP_MS);
    const progress = (done: number, total: number) =>
      void previews.set(id, { state: 'running', done, total, message: '', difference: null });
    try {
      const difference = await repricing.preview(selection, { signal, progress });
      const { calls } = difference;
      previews.set(id, { state: 'ready', done: calls, total: calls, message: '', difference });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      previews.set(id, { state: 'failed', done: 0, total: 0, message, difference: null });
    }
    setTimeout(() => previews.delete(id), KEEP_MS).unref();
  }

  return {
    begin(selection) {
      const running = [...previews.values()].filter(({ state }) => state === 'running').length;
      if (running >= AT_ONCE) throw new SpendlensError('busy', `${running} previews are being worked out already`);
      const id = randomUUID();
      previews.set(id, { state: 'running', done: 0, total: 0, message: '', difference: null });
      void work(id, selection);
      return id;
    },
    get(id) {
      const preview = previews.get(id);
      if (!preview) throw new SpendlensError('not_found', 'there is no such preview any more: ask for it again');
      return preview;
    },
  };
}
