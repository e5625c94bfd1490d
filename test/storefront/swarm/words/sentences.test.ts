import { describe, expect, it } from 'vitest';
import { MESSAGE_KINDS } from '../../../../shared/engine/trace-message.ts';
import type { MessageRecord } from '../../../../shared/trace/record.ts';
import {
  MESSAGE_WORDS,
  messageFields,
  messageSentence,
} from '../../../../storefront/src/swarm/words/message-words.ts';
import { laneSentence } from '../../../../storefront/src/swarm/words/sentences.ts';

const still = { isWanted: false, isChoked: true, isOptimistic: false, isSnubbed: false };
const message = (kind: MessageRecord['kind'], fields: Partial<MessageRecord> = {}): MessageRecord => ({
  t: 0,
  type: 'sent',
  node: 0,
  link: 0,
  kind,
  bytes: 17,
  ...fields,
});

describe('links in sentences', () => {
  it.each([
    [{ ...still, isWanted: true }, 'edge 3 wants from edge 5 and is choked'],
    [{ ...still, isWanted: true, isChoked: false }, 'edge 3 wants from edge 5 and may ask'],
    [
      { ...still, isWanted: true, isChoked: false, isOptimistic: true },
      'edge 3 wants from edge 5 and may ask, has its optimistic slot',
    ],
    [
      { ...still, isWanted: true, isSnubbed: true },
      'edge 3 wants from edge 5 and is choked, waits for blocks in vain (snubbed)',
    ],
    [still, ''],
  ])('%j', (lane, sentence) => {
    expect(laneSentence(lane, 'edge 5', 'edge 3')).toBe(sentence);
  });
});

describe('messages in words', () => {
  it('every kind has a name, a specification and a sentence', () => {
    for (const kind of MESSAGE_KINDS) {
      expect(MESSAGE_WORDS[kind].name).not.toBe('');
      expect(messageSentence(message(kind), 'Oslo', 'Riga')).toMatch(/^Oslo .*Riga/);
    }
  });

  it('fields stand under the names of the BEPs', () => {
    expect(messageFields(message('request', { index: 4, begin: 16_384, length: 16_384 }))).toEqual([
      ['index', '4'],
      ['begin', '16384'],
      ['length', '16384'],
    ]);
    expect(messageFields(message('have', { index: 9, channel: 3 }))).toEqual([
      ['channel', '3'],
      ['piece index', '9'],
    ]);
  });

  it('a have and a request tell of their piece', () => {
    expect(messageSentence(message('have', { index: 9 }), 'Oslo', 'Riga')).toBe(
      'Oslo tells Riga that it has a new piece: piece 9',
    );
    expect(messageSentence(message('request', { index: 4, begin: 0 }), 'Oslo', 'Riga')).toBe(
      'Oslo asks Riga for a block of piece 4 at byte 0',
    );
  });
});
