import { Tabs } from 'radix-ui';
import { useEffect, useState } from 'react';
import { CopyButton } from '../parts/copy.tsx';
import { Segments } from '../parts/segments.tsx';
import { useServer } from '../state/view.tsx';
import { type Snippet, snippets } from './snippets.ts';

const languages = [
  { value: 'TypeScript', title: 'TypeScript' },
  { value: 'Python', title: 'Python' },
] as const;
type Language = (typeof languages)[number]['value'];

/** Before anything was recorded. It goes by itself: the frame polls the status and shows the page once there is a row. */
export function FirstRequest() {
  const { proxyUrl } = useServer();
  useEffect(() => {
    document.title = 'Waiting for the first request · Spendlens';
  }, []);
  return (
    <div className="mx-auto flex max-w-200 flex-col gap-4 px-4 py-10 max-sm:px-3 max-sm:py-4">
      <div>
        <p role="status" className="mb-3 flex items-center gap-2 text-small text-muted">
          <span aria-hidden className="relative flex size-2">
            <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-60" />
            <span className="relative inline-flex size-2 rounded-full bg-accent" />
          </span>
          Waiting for the first request on {proxyUrl}
        </p>
        <h1 className="text-title font-semibold tracking-tight">Send your first request</h1>
        <p className="mt-1 max-w-160 text-muted">
          Point your app at the proxy instead of the provider and keep your own API key. The two headers say who asked
          and what for; they are optional. This page turns into the dashboard by itself.
        </p>
      </div>
      <Snippets all={snippets(proxyUrl.replace(/\/+$/, ''))} />
      <p className="text-small text-muted">
        Only looking around? <code className="font-mono text-text">npm run demo</code> sends a believable stretch of
        traffic through the same proxy, kept apart from your own.
      </p>
    </div>
  );
}

function Snippets({ all }: { all: readonly Snippet[] }) {
  const clients = [...new Set(all.map((snippet) => snippet.client))];
  const [client, setClient] = useState(clients[0] ?? '');
  const [language, setLanguage] = useState<Language>('TypeScript');
  const of = all.filter((snippet) => snippet.client === client);
  const shown = of.find((snippet) => snippet.language === language) ?? of[0];
  return (
    <Tabs.Root
      value={client}
      onValueChange={setClient}
      className="overflow-hidden rounded-lg border border-line bg-surface"
    >
      <div className="flex flex-wrap items-center gap-1 border-b border-line bg-sunken p-1">
        <Tabs.List aria-label="Clients" className="flex flex-1 flex-wrap gap-0.5">
          {clients.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              className="h-7 rounded-[5px] px-2.5 text-small font-medium text-muted hover:text-text data-[state=active]:bg-surface data-[state=active]:text-text data-[state=active]:shadow-[0_0_0_1px_var(--line)]"
            >
              {each}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {of.length > 1 && <Segments label="Language" options={languages} value={language} onChange={setLanguage} />}
      </div>
      <Tabs.Content value={client} className="relative -outline-offset-2">
        {shown && (
          <>
            <div className="absolute top-2 right-2">
              <CopyButton text={shown.code} label="Copy the snippet">
                Copy
              </CopyButton>
            </div>
            <pre className="min-h-76 overflow-x-auto p-4 font-mono max-sm:pt-12 text-small leading-5">{shown.code}</pre>
          </>
        )}
      </Tabs.Content>
    </Tabs.Root>
  );
}
