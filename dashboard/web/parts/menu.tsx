import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { popSurface } from './popover.tsx';

const item =
  'flex h-7 items-center gap-2 rounded-[5px] px-2 text-small outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-45';

interface MenuProps {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={`${popSurface} max-h-(--radix-dropdown-menu-content-available-height) min-w-40 overflow-auto p-1`}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface ItemProps {
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly disabled?: boolean;
}

export function MenuItem({ icon, children, onSelect, disabled = false }: ItemProps) {
  return (
    <DropdownMenu.Item className={item} onSelect={onSelect} disabled={disabled}>
      <span className="text-muted">{icon}</span>
      {children}
    </DropdownMenu.Item>
  );
}

interface CheckItemProps {
  readonly checked: boolean;
  readonly children: ReactNode;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** Stays open, so that several can be ticked in one go. */
export function MenuCheckItem({ checked, children, onChange, disabled = false }: CheckItemProps) {
  return (
    <DropdownMenu.CheckboxItem
      className={item}
      checked={checked}
      disabled={disabled}
      onSelect={(event) => event.preventDefault()}
      onCheckedChange={onChange}
    >
      <span className="w-3.5 text-accent">{checked && <Check size={14} aria-hidden />}</span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

export const MenuLine = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
