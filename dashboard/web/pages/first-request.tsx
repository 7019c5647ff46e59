import { Tabs } from 'radix-ui';
import { useEffect } from 'react';
import { CopyButton } from '../parts/copy.tsx';
import { useServer } from '../state/view.tsx';
import { snippets } from './snippets.ts';

/** Before anything was recorded. It goes by itself: the frame polls the status and shows the page once there is a row. */
export function FirstRequest() {
  const { proxyUrl } = useServer();
  const all = snippets(proxyUrl.replace(/\/+$/, ''));
  useEffect(() => {
    document.title = 'Waiting for the first request · Spendlens';
  }, []);
  return (
    <div className="mx-auto flex max-w-220 flex-col gap-4 px-4 py-8 max-sm:px-3 max-sm:py-4">
      <div>
        <h1 className="text-title font-semibold tracking-tight">Send your first request</h1>
        <p className="mt-1 max-w-160 text-muted">
          Point your app at the proxy instead of the provider, and keep your own API key. The two headers say who asked
          and what for; leave them out if you like.
        </p>
      </div>
      <Tabs.Root
        defaultValue={all[0]?.title ?? ''}
        className="overflow-hidden rounded-lg border border-line bg-surface"
      >
        <Tabs.List aria-label="Clients" className="flex flex-wrap gap-0.5 border-b border-line bg-sunken p-1">
          {all.map((snippet) => (
            <Tabs.Trigger
              key={snippet.title}
              value={snippet.title}
              className="h-7 rounded-[5px] px-2 text-small font-medium text-muted hover:text-text data-[state=active]:bg-surface data-[state=active]:text-text data-[state=active]:shadow-[0_0_0_1px_var(--line)]"
            >
              {snippet.title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {all.map((snippet) => (
          <Tabs.Content key={snippet.title} value={snippet.title} className="relative outline-offset-[-2px]">
            <div className="absolute top-2 right-2">
              <CopyButton text={snippet.code} label={`Copy the ${snippet.title} snippet`}>
                Copy
              </CopyButton>
            </div>
            <pre className="min-h-76 overflow-x-auto p-4 font-mono text-small leading-5">{snippet.code}</pre>
          </Tabs.Content>
        ))}
      </Tabs.Root>
      <p role="status" className="flex items-center gap-2.5 text-muted">
        <span aria-hidden className="relative flex size-2.5">
          <span className="absolute inline-flex size-full animate-ping rounded-full bg-accent opacity-60" />
          <span className="relative inline-flex size-2.5 rounded-full bg-accent" />
        </span>
        Waiting for the first request on <code className="font-mono text-text">{proxyUrl}</code> … this page turns by
        itself.
      </p>
    </div>
  );
}
