import { Brain, ChevronRight, Image as ImageIcon, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RequestDetail } from '../../../domain/api.ts';
import type { Message, Part } from '../../../domain/conversation/conversation.ts';
import { plural } from '../format/number.ts';
import { imageSource } from './image-source.ts';
import { LongText } from './long-text.tsx';
import { prettyJson } from './pretty.ts';

export function ConversationTab({ detail }: { detail: RequestDetail }) {
  const { conversation } = detail;
  const flags = new Set(detail.attempts.flatMap((attempt) => attempt.flags));
  if (conversation === null) return <NoConversation flags={flags} />;
  return (
    <div className="flex flex-col gap-4">
      <FlagNotes flags={flags} />
      {conversation.tools.length > 0 && (
        <Folded icon={<Wrench size={13} aria-hidden />} title={`${plural(conversation.tools.length, 'tool')} offered`}>
          <p className="text-small break-words text-muted">{conversation.tools.join(', ')}</p>
        </Folded>
      )}
      <Messages messages={conversation.sent} />
      <Messages messages={conversation.received} answer />
      {conversation.error !== '' && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-small break-words text-bad">
          {conversation.error}
        </p>
      )}
      {conversation.finishReason !== '' && (
        <p className="text-small text-muted">
          Ended: <span className="text-text">{conversation.finishReason}</span>
        </p>
      )}
    </div>
  );
}

function NoConversation({ flags }: { flags: ReadonlySet<string> }) {
  return (
    <div className="flex flex-col gap-2 py-6 text-center text-muted">
      <p>There is no conversation to show: the body was not kept, or its format is not known.</p>
      <FlagNotes flags={flags} />
      <p className="text-small">What was kept stands under Raw.</p>
    </div>
  );
}

const flagWords: Readonly<Record<string, string>> = {
  request_truncated: 'The request was longer than the capture limit: its middle is missing.',
  response_truncated: 'The response was longer than the capture limit: its middle is missing.',
  request_shed: 'The request body was not kept for want of room.',
  response_shed: 'The response body was not kept for want of room.',
  request_omitted: 'A header asked not to keep the request body.',
  response_omitted: 'A header asked not to keep the response body.',
  request_undecodable: 'The request body could not be decoded.',
  response_undecodable: 'The response body could not be decoded.',
  request_base64: 'The request is not text: its bytes stand as base64.',
  response_base64: 'The response is not text: its bytes stand as base64.',
  properties_cut: 'Some properties were beyond the limits and were cut.',
};

export function FlagNotes({ flags }: { flags: ReadonlySet<string> }) {
  const words = [...flags].flatMap((flag) => flagWords[flag] ?? []);
  if (words.length === 0) return null;
  return (
    <ul className="rounded-md bg-warn-soft px-3 py-2 text-small text-warn">
      {words.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function Messages({ messages, answer = false }: { messages: readonly Message[]; answer?: boolean }) {
  return messages.map((message, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a recorded conversation never changes.
    <article key={index} className="flex flex-col gap-1.5">
      <h3 className={`text-micro font-semibold ${answer ? 'text-accent' : 'text-muted'}`}>
        {roleTitles[message.role]}
      </h3>
      <div className={`flex flex-col gap-2 rounded-lg border px-3 py-2 ${looks[message.role]}`}>
        {message.parts.map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <PartView key={at} part={part} />
        ))}
        {message.parts.length === 0 && <p className="text-small text-muted italic">empty</p>}
      </div>
    </article>
  ));
}

const roleTitles: Readonly<Record<Message['role'], string>> = {
  system: 'System',
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool',
};
const looks: Readonly<Record<Message['role'], string>> = {
  system: 'border-line bg-sunken',
  user: 'border-line bg-surface',
  assistant: 'border-transparent bg-accent-soft',
  tool: 'border-dashed border-line-strong bg-surface',
};

function PartView({ part }: { part: Part }): ReactNode {
  switch (part.type) {
    case 'text':
      return <LongText text={part.text} />;
    case 'reasoning':
      return (
        <Folded icon={<Brain size={13} aria-hidden />} title="Reasoning">
          <LongText text={part.text} />
        </Folded>
      );
    case 'tool_call':
      return (
        <Folded
          icon={<Wrench size={13} aria-hidden />}
          title={<span className="font-mono">{part.name || 'tool'}</span>}
          open
        >
          <Code text={prettyJson(part.arguments)} />
        </Folded>
      );
    case 'tool_result':
      return (
        <Folded icon={<ChevronRight size={13} aria-hidden />} title="Result" open>
          <Code text={prettyJson(part.text)} />
        </Folded>
      );
    case 'image':
      return <Thumbnail source={part.source} label={part.label} />;
    case 'other':
      return (
        <Folded icon={<ChevronRight size={13} aria-hidden />} title={part.label}>
          <Code text={prettyJson(part.json)} />
        </Folded>
      );
  }
}

function Thumbnail({ source, label }: { source: string; label: string }) {
  const safe = imageSource(source);
  if (safe !== null)
    return <img src={safe} alt={label} className="max-h-48 max-w-full rounded-md border border-line object-contain" />;
  return (
    <span className="flex items-center gap-1.5 text-small text-muted">
      <ImageIcon size={13} aria-hidden />
      {label || 'image'}
    </span>
  );
}

interface FoldedProps {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly open?: boolean;
}

function Folded({ icon, title, children, open = false }: FoldedProps) {
  return (
    <details open={open} className="group/fold">
      <summary className="flex cursor-default list-none items-center gap-1.5 rounded-sm text-small font-medium text-muted hover:text-text">
        <ChevronRight size={13} aria-hidden className="transition-transform group-open/fold:rotate-90" />
        {icon}
        {title}
      </summary>
      <div className="mt-1.5 pl-5">{children}</div>
    </details>
  );
}

const Code = ({ text }: { text: string }) => (
  <pre className="max-h-80 overflow-auto rounded-md bg-sunken p-2 font-mono text-micro whitespace-pre-wrap break-words">
    {text}
  </pre>
);
