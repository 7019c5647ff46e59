/** Names and what they are, without those that there is nothing to say of. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="mt-2 grid grid-cols-[112px_1fr] gap-y-1 text-small">
      {facts
        .filter(([, text]) => text !== '')
        .map(([name, text]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="break-words normal-nums">{text}</dd>
          </div>
        ))}
    </dl>
  );
}
