import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';

const SHOWN_MS = 1600;

function useCopy(text: string | (() => string)) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  return { state, copy };
}

/** With `children` a button with a word, without them an icon. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const { state, copy } = useCopy(text);
  const Icon = state === 'copied' ? Check : Copy;
  const said = state === 'refused' ? 'Copying was refused by the browser' : state === 'copied' ? 'Copied' : label;
  if (children === undefined) {
    return (
      <IconButton label={said} onClick={copy}>
        <Icon size={14} aria-hidden />
      </IconButton>
    );
  }
  return (
    <Button onClick={copy} aria-label={said} title={said}>
      <Icon size={13} aria-hidden />
      {state === 'copied' ? 'Copied' : state === 'refused' ? 'Refused' : children}
    </Button>
  );
}
