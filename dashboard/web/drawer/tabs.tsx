import { Tabs } from 'radix-ui';
import type { RequestDetail } from '../../../domain/api.ts';
import { useParam } from '../state/view.tsx';
import { ConversationTab } from './conversation.tsx';
import { RawTab } from './raw.tsx';
import { ReceiptTab } from './receipt.tsx';
import { TimingTab } from './timing.tsx';

const tabs = [
  { value: 'conversation', title: 'Conversation', Content: ConversationTab },
  { value: 'receipt', title: 'Receipt', Content: ReceiptTab },
  { value: 'timing', title: 'Timing', Content: TimingTab },
  { value: 'raw', title: 'Raw', Content: RawTab },
] as const;

export function DrawerTabs({ detail }: { detail: RequestDetail }) {
  const [chosen, choose] = useParam('tab', { replace: true });
  const value = tabs.some((tab) => tab.value === chosen) && chosen !== null ? chosen : 'conversation';
  return (
    <Tabs.Root value={value} onValueChange={choose} className="flex min-h-0 flex-1 flex-col">
      <Tabs.List aria-label="What to see of the request" className="flex shrink-0 gap-4 border-b border-line px-4">
        {tabs.map((tab) => (
          <Tabs.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px h-9 border-b-2 border-transparent text-small font-medium text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {tab.title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {tabs.map(({ value: name, Content }) => (
        <Tabs.Content
          key={name}
          value={name}
          data-own-arrows
          className="min-h-0 flex-1 overflow-auto p-4 outline-offset-[-2px]"
        >
          <Content detail={detail} />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
