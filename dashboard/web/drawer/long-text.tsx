import { useState } from 'react';
import { integer } from '../format/number.ts';
import { Button } from '../parts/button.tsx';

const SHOWN = 4000;

/** Text as text: markdown stays as it was written. Very long ones unfold on demand, so that the drawer opens at once. */
export function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHOWN * 1.2;
  return (
    <div>
      <p className="break-words whitespace-pre-wrap">{cut ? text.slice(0, SHOWN) : text}</p>
      {cut && (
        <Button className="mt-2" onClick={() => setWhole(true)}>
          Show {integer(text.length - SHOWN)} more characters
        </Button>
      )}
    </div>
  );
}
