import { Dialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { popSurface } from '../parts/popover.tsx';

const keys: readonly (readonly [string, string])[] = [
  ['j  k  ↓  ↑', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['Escape', 'Close what is open'],
  ['← →', 'Move along a chart that has the focus'],
  ['/', 'Search, or add a filter'],
  ['g then o, r, u, f, p, m, e', 'Go to Overview, Requests, Users, Features, Prompts, Models, Experiments'],
  ['?', 'This list'],
];

const editable = 'input, textarea, select, [contenteditable="true"]';

/** True where a key belongs to a field or to an open menu, or comes with a modifier that the browser owns. */
export function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const target = event.target;
  return target instanceof Element && target.closest(`${editable}, [role="menu"]`) !== null;
}

export function KeysHelp() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTaken(event)) setOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className={`${popSurface} fixed top-1/2 left-1/2 w-112 max-w-[calc(100vw-24px)] -translate-x-1/2 -translate-y-1/2 p-4`}
        >
          <Dialog.Title className="mb-2 text-body font-semibold">Keys</Dialog.Title>
          <dl>
            {keys.map(([key, meaning]) => (
              <div
                key={key}
                className="flex min-h-8 items-center justify-between gap-4 border-t border-line text-small"
              >
                <dt className="text-muted">{meaning}</dt>
                <dd className="text-right font-medium whitespace-pre">{key}</dd>
              </div>
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
