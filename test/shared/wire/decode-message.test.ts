import { describe, expect, it } from 'vitest';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { decodeMessage } from '../../../shared/wire/decode-message.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import type { Message } from '../../../shared/wire/messages.ts';

const MESSAGES = 5_000;
/** Those that some messages have, and no other. */
const FIXED_LENGTHS = [1, 3, 5, 13, 49] as const;
const MAX_BYTES = 64;

function outcome(decode: () => Message | undefined): Message | string | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return error.code;
  }
}

/** What it means on a link: behind a length prefix. */
function onLink(bytes: Uint8Array): Message | undefined {
  let found: Message | undefined;
  const prefixed = Uint8Array.from([0, 0, 0, bytes.length, ...bytes]);
  new MessageDecoder({ maxMessageBytes: MAX_BYTES }).feed(prefixed, (message) => {
    found = message;
  });
  return found;
}

describe('decodeMessage', () => {
  it('CH2: random bytes in an envelope mean what they mean on a link, or are refused as there', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const types = new Set<string>();
    for (let count = 0; count < MESSAGES; count++) {
      const fixed = FIXED_LENGTHS[random.integer(2 * FIXED_LENGTHS.length)];
      const length = fixed ?? 1 + random.integer(MAX_BYTES - 1);
      const bytes = Uint8Array.from({ length }, () => random.integer(256));
      // Ids with a meaning end at 23.
      bytes[0] = random.integer(26);
      const here = outcome(() => decodeMessage(bytes));
      expect(here, `seed ${seed}, message ${count}`).toEqual(outcome(() => onLink(bytes)));
      types.add(typeof here === 'string' ? here : (here?.type ?? 'nothing'));
    }
    expect([...types], `seed ${seed}`).toEqual(
      expect.arrayContaining(['have', 'piece', 'bitfield', 'extended', 'unknown', 'wire_message_length']),
    );
  });
});
