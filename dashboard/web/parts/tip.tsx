import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { popSurface } from './popover.tsx';

/** What an element means, on hover and on focus; `children` must be one element that can take a ref. */
export function Tip({
  text,
  children,
  side = 'top',
}: {
  text: ReactNode;
  children: ReactNode;
  side?: 'top' | 'right';
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={`${popSurface} max-w-80 px-2 py-1 text-small break-words`}
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
