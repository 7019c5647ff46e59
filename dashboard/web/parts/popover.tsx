import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const popSurface =
  'z-50 rounded-lg border border-line bg-raised text-text shadow-pop animate-[fade-in_100ms_ease-out] outline-none';

interface PopoverProps {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'right' | 'bottom';
  readonly className?: string;
}

export function Popover({
  trigger,
  label,
  children,
  align = 'start',
  side = 'bottom',
  className = '',
  ...rest
}: PopoverProps) {
  return (
    <Radix.Root {...rest}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={`${popSurface} max-h-(--radix-popover-content-available-height) max-w-[calc(100vw-16px)] overflow-auto ${className}`}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
