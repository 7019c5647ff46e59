import { useMemo, useState } from 'react';
import type { RequestDetail } from '../../../domain/api.ts';
import { integer } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Segments } from '../parts/segments.tsx';
import { useServer } from '../state/view.tsx';
import { FlagNotes } from './conversation.tsx';
import { curlOf } from './curl.ts';
import { prettyJson } from './pretty.ts';

type Attempt = RequestDetail['attempts'][number];
const forms = [
  { value: 'pretty', title: 'Indented' },
  { value: 'bytes', title: 'As sent' },
] as const;
type Form = (typeof forms)[number]['value'];

export function RawTab({ detail }: { detail: RequestDetail }) {
  const { proxyUrl } = useServer();
  const [form, setForm] = useState<Form>('pretty');
  const [first] = detail.attempts;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-2">
        <Segments label="Form" options={forms} value={form} onChange={setForm} />
        <span className="flex-1" />
        {first && (
          <CopyButton text={curlOf(proxyUrl, detail, first)} label="Copy as curl, with a placeholder for the key">
            Replay as curl
          </CopyButton>
        )}
      </div>
      {detail.attempts.map((attempt) => (
        <AttemptRaw key={attempt.attempt} attempt={attempt} detail={detail} form={form} />
      ))}
      {!first && <p className="text-muted">Nothing was kept of this request.</p>}
    </div>
  );
}

function AttemptRaw({ attempt, detail, form }: { attempt: Attempt; detail: RequestDetail; form: Form }) {
  const flags = new Set(attempt.flags);
  const numbered = detail.attempts.length > 1 ? ` ${attempt.attempt}` : '';
  return (
    <>
      <FlagNotes flags={flags} />
      <Half
        title={`Request${numbered}`}
        first={`${detail.method} ${detail.line.path}`}
        headers={attempt.requestHeaders}
        body={attempt.requestBody}
        form={form}
      />
      <Half
        title={`Response${numbered}`}
        first={attempt.status === 0 ? 'no status line' : String(attempt.status)}
        headers={attempt.responseHeaders}
        body={attempt.responseBody}
        form={form}
      />
      {attempt.usageRaw !== '' && <Block title="Usage, as the provider sent it" text={prettyJson(attempt.usageRaw)} />}
    </>
  );
}

interface HalfProps {
  readonly title: string;
  readonly first: string;
  readonly headers: string;
  readonly body: string;
  readonly form: Form;
}

function Half({ title, first, headers, body, form }: HalfProps) {
  const shown = useMemo(() => (form === 'pretty' ? prettyJson(body) : body), [form, body]);
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-body font-semibold">{title}</h3>
      <Block title="Headers" text={[first, headers].filter(Boolean).join('\n')} />
      <Block title="Body" text={shown} empty="Empty, or not kept" />
    </section>
  );
}

/** A body may have megabytes, which a browser lays out for seconds. */
const SHOWN = 50_000;

function Block({ title, text, empty = '' }: { title: string; text: string; empty?: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHOWN;
  return (
    <div className="overflow-hidden rounded-md border border-line">
      <div className="flex h-8 items-center justify-between border-b border-line bg-sunken pr-1 pl-3 text-small text-muted">
        {title}
        {text !== '' && <CopyButton text={text} label={`Copy: ${title.toLowerCase()}`} />}
      </div>
      <pre className="max-h-120 overflow-auto p-3 font-mono text-micro break-words whitespace-pre-wrap">
        {text === '' ? <span className="text-muted italic">{empty}</span> : cut ? text.slice(0, SHOWN) : text}
        {cut && (
          <Button className="mt-2 flex" onClick={() => setWhole(true)}>
            Show {integer(text.length - SHOWN)} more characters
          </Button>
        )}
      </pre>
    </div>
  );
}
