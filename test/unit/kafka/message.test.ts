import { describe, expect, it } from 'vitest';
import { closedMessage, exchangeMessage, type IncomingMessage, parseMessage } from '../../../kafka/message.ts';

const value = Buffer.from([1, 2, 3]);
/** As it comes back from a broker: every header as bytes. */
const overTheWire = ({ value, headers }: ReturnType<typeof closedMessage>): IncomingMessage => ({
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
});

describe('a message', () => {
  it('carries an exchange as it stands in the outbox', () => {
    const sent = exchangeMessage('abc123def456', 7, value);
    expect(sent.key).toBe('abc123def456');
    expect(parseMessage(overTheWire(sent))).toEqual({
      kind: 'exchange',
      outboxId: 'abc123def456',
      seq: 7,
      encoded: value,
    });
  });

  it('says that an outbox is closed, and with which seq it ended', () => {
    expect(parseMessage(overTheWire(closedMessage('abc', 41)))).toEqual({
      kind: 'closed',
      outboxId: 'abc',
      lastSeq: 41,
    });
  });
});

describe('what somebody else wrote into the topic', () => {
  const good = { outbox: 'abc', seq: '1', version: '1', kind: 'exchange' };
  it.each<{ name: string; message: IncomingMessage; reason: RegExp }>([
    { name: 'no headers at all', message: { value }, reason: /header outbox/ },
    { name: 'an outbox that is no id', message: { value, headers: { ...good, outbox: "a'b" } }, reason: /outbox/ },
    { name: 'an endless id', message: { value, headers: { ...good, outbox: 'a'.repeat(65) } }, reason: /outbox/ },
    { name: 'seq 0', message: { value, headers: { ...good, seq: '0' } }, reason: /seq/ },
    {
      name: 'a seq beyond exact numbers',
      message: { value, headers: { ...good, seq: '9007199254740993' } },
      reason: /seq/,
    },
    { name: 'a seq twice', message: { value, headers: { ...good, seq: ['1', '2'] } }, reason: /seq.*once/ },
    { name: 'a form that is not known yet', message: { value, headers: { ...good, version: '2' } }, reason: /version/ },
    { name: 'a kind that is not known', message: { value, headers: { ...good, kind: 'hello' } }, reason: /kind/ },
    { name: 'an exchange without a value', message: { value: null, headers: good }, reason: /without a value/ },
  ])('$name is unidentified, with a reason', ({ message, reason }) => {
    expect(parseMessage(message)).toEqual({ kind: 'unidentified', reason: expect.stringMatching(reason) });
  });
});
