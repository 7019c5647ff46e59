import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { type InvoiceFormat, invoiceFormat, type ReconciliationRequest } from '../../../domain/money-api.ts';
import { builtInProviders } from '../../../domain/providers.ts';
import { bytes } from '../format/number.ts';
import { Button } from '../parts/button.tsx';
import { reasonOf } from '../parts/failure.tsx';
import { Panel } from '../parts/panel.tsx';
import { useView } from '../state/view.tsx';
import { Field, input } from './fields.tsx';
import { formatTitles } from './reason-words.ts';

const LIMIT = 20 * 1024 * 1024;
type Upload =
  | { readonly state: 'reading'; readonly name: string }
  | { readonly state: 'refused'; readonly why: string };

/** Takes a report by drop or by choice; it is compared and not kept. */
export function ReportUpload({ onCompare }: { onCompare: (request: ReconciliationRequest) => Promise<void> }) {
  const { view } = useView();
  const [format, setFormat] = useState<InvoiceFormat | ''>('');
  const [provider, setProvider] = useState('');
  const [upload, setUpload] = useState<Upload | null>(null);

  async function take(file: File) {
    if (file.size > LIMIT) {
      return setUpload({
        state: 'refused',
        why: `${file.name} is ${bytes(file.size)}; at most 20 MB can be compared.`,
      });
    }
    setUpload({ state: 'reading', name: file.name });
    try {
      const text = await file.text();
      await onCompare({ kind: view.kind, provider, text, ...(format === '' ? {} : { format }) });
    } catch (error) {
      setUpload({ state: 'refused', why: `${file.name}: ${reasonOf(error)}` });
    }
  }

  return (
    <Panel title="A provider’s cost report">
      <div className="flex flex-col gap-3 px-3 pb-3">
        <DropZone reading={upload?.state === 'reading' ? upload.name : null} onFile={take} />
        {upload?.state === 'refused' && (
          <p role="alert" className="rounded-md bg-bad-soft px-2.5 py-2 text-small break-words text-bad">
            {upload.why}
          </p>
        )}
        <div className="grid max-w-130 grid-cols-2 gap-3 max-sm:grid-cols-1">
          <FormatChoice value={format} onChange={setFormat} />
          <ProviderChoice value={provider} onChange={setProvider} />
        </div>
      </div>
    </Panel>
  );
}

function DropZone({ reading, onFile }: { reading: string | null; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button inside is for all.
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex min-h-36 flex-col items-center justify-center gap-2 rounded-lg border border-dashed p-4 text-center transition-colors ${
        over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-sunken'
      }`}
    >
      <FileUp size={20} aria-hidden className="text-muted" />
      {reading === null ? (
        <>
          <p className="font-medium">Drop the file here</p>
          <input
            ref={chooser}
            type="file"
            accept=".csv,.json,.txt,text/csv,application/json"
            aria-label="Cost report"
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file !== undefined) onFile(file);
            }}
          />
          <Button onClick={() => chooser.current?.click()}>Choose a file</Button>
          <p className="text-small text-muted">Compared with what was recorded here, and not kept.</p>
        </>
      ) : (
        <p role="status" className="text-muted">
          Comparing {reading} …
        </p>
      )}
    </div>
  );
}

function FormatChoice({ value, onChange }: { value: string; onChange: (format: InvoiceFormat | '') => void }) {
  return (
    <Field label="Format">
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => onChange(invoiceFormat.safeParse(event.target.value).data ?? '')}
          className={input}
        >
          <option value="">Found out from the file</option>
          {invoiceFormat.options.map((each) => (
            <option key={each} value={each}>
              {formatTitles[each]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function ProviderChoice({ value, onChange }: { value: string; onChange: (provider: string) => void }) {
  return (
    <Field label="Provider, where the file does not say">
      {(attributes) => (
        <select {...attributes} value={value} onChange={(event) => onChange(event.target.value)} className={input}>
          <option value="">All providers together</option>
          {builtInProviders.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
