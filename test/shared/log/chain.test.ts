import { describe, expect, it } from 'vitest';
import {
  type ChainState,
  emptyChain,
  restoreEntry,
  verifyEntry,
  verifyHead,
} from '../../../shared/log/chain.ts';
import { LogHistory } from '../../../shared/log/history.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { crypto, imageOf, LogWriter } from './support.ts';

function verified(writer: LogWriter): ChainState {
  let state = emptyChain(writer.root.publicKey);
  for (const signed of writer.entries) state = verifyEntry(state, signed, crypto).state;
  return state;
}

const code = (expected: string) => expect.objectContaining({ name: 'PeerError', code: expected });

describe('verifyEntry', () => {
  it('LK1, LK2: follows a log through its keys', () => {
    const writer = LogWriter.started();
    const first = writer.key;
    writer.publish();
    writer.key = SigningKey.generate();
    writer.addKey(writer.key);
    writer.revokeKey(first);
    writer.publish();
    expect(verified(writer)).toEqual({
      number: 5,
      hash: writer.hashAt(5),
      rootKey: writer.root.publicKey,
      keys: [writer.key.publicKey],
      revokedKeys: [first.publicKey],
    });
  });

  it('threat row 31: several keys are valid at once, so that a new one is in place before the old one goes', () => {
    const writer = LogWriter.started();
    const second = SigningKey.generate();
    writer.addKey(second);
    writer.publish();
    writer.append({ type: 'publish', image: imageOf(9) }, second);
    expect(verified(writer).keys).toHaveLength(2);
  });

  it.each<[string, string, (writer: LogWriter) => void]>([
    [
      'a first entry that is no key',
      'log_key_invalid',
      (writer) => {
        writer.entries.length = 0;
        writer.publish();
      },
    ],
    [
      'an entry signed by the root key',
      'log_key_invalid',
      (writer) => {
        writer.append({ type: 'purge', imageId: 'a'.repeat(24) as never }, writer.root);
      },
    ],
    [
      'a key added by a log key',
      'log_key_invalid',
      (writer) => {
        writer.append({ type: 'key', publicKey: SigningKey.generate().publicKey }, writer.key);
      },
    ],
    [
      'a key revoked by a log key',
      'log_key_invalid',
      (writer) => {
        writer.append({ type: 'revoke-key', publicKey: writer.key.publicKey }, writer.key);
      },
    ],
    [
      'an entry by a revoked key',
      'log_key_invalid',
      (writer) => {
        writer.revokeKey(writer.key);
        writer.publish();
      },
    ],
    [
      'a revoked key that comes back',
      'log_key_invalid',
      (writer) => {
        writer.revokeKey(writer.key);
        writer.addKey(writer.key);
      },
    ],
    [
      'a key added twice',
      'log_key_invalid',
      (writer) => {
        writer.addKey(writer.key);
      },
    ],
    [
      'the root key as a log key',
      'log_key_invalid',
      (writer) => {
        writer.addKey(writer.root);
      },
    ],
    [
      'the revocation of a key that never was',
      'log_key_invalid',
      (writer) => {
        writer.revokeKey(SigningKey.generate());
      },
    ],
    [
      'an entry that was changed',
      'log_signature_invalid',
      (writer) => {
        const signed = writer.publish();
        writer.entries[writer.number - 1] = { ...signed, body: signed.body.replace('31234', '31235') };
      },
    ],
    [
      'an entry signed by another key than it names',
      'log_signature_invalid',
      (writer) => {
        const signed = writer.publish();
        writer.entries[writer.number - 1] = {
          ...signed,
          signature: SigningKey.generate().sign(new Uint8Array(1)),
        };
      },
    ],
    [
      'an entry that is missing',
      'log_entry_gap',
      (writer) => {
        writer.publish();
        writer.publish();
        writer.entries.splice(1, 1);
      },
    ],
    [
      'an entry that stands twice',
      'log_entry_gap',
      (writer) => {
        writer.entries.push(writer.publish());
      },
    ],
    [
      'an entry that names another one before it',
      'log_fork',
      (writer) => {
        const other = writer.copy();
        writer.publish();
        other.append({ type: 'purge', imageId: 'a'.repeat(24) as never });
        writer.entries.push(other.publish());
      },
    ],
  ])('%s is refused', (_name, expected, write) => {
    const writer = LogWriter.started();
    write(writer);
    expect(() => verified(writer)).toThrow(code(expected));
  });

  it('an entry of another log is refused', () => {
    const state = emptyChain(LogWriter.started().root.publicKey);
    expect(() => verifyEntry(state, LogWriter.started().entries[0]!, crypto)).toThrow(
      code('log_key_invalid'),
    );
  });
});

describe('verifyHead', () => {
  it('threat row 30: takes a head by a valid key only, and only with its own signature', () => {
    const writer = LogWriter.started();
    const state = verified(writer);
    const head = writer.head(5);
    expect(verifyHead(state, head, crypto)).toMatchObject({ head: 1, timeMs: 5 });
    expect(() => verifyHead(state, writer.head(5, { by: writer.root }), crypto)).toThrow(
      code('log_key_invalid'),
    );
    const later = { ...head, body: head.body.replace('"timeMs":5', '"timeMs":6') };
    expect(() => verifyHead(state, later, crypto)).toThrow(code('log_signature_invalid'));
    expect(() => verifyHead(state, writer.entries[0]!, crypto)).toThrow(code('log_body_invalid'));
  });
});

describe('LogHistory', () => {
  it('tells hash and keys at each number, and forgets what is truncated', () => {
    const writer = LogWriter.started();
    for (let i = 0; i < 100; i++) {
      writer.publish();
      if (i % 30 === 0) writer.addKey(SigningKey.generate());
    }
    const history = new LogHistory(writer.root.publicKey);
    const states = [history.state];
    for (const signed of writer.entries) {
      history.append(restoreEntry(history.state, signed, crypto).state);
      states.push(history.state);
    }
    for (const [number, state] of states.entries()) expect(history.stateAt(number)).toEqual(state);
    expect(history.hashAt(writer.number + 1)).toBeUndefined();
    history.truncate(40);
    expect(history.state).toEqual(states[40]);
    expect(history.hashAt(41)).toBeUndefined();
    history.append(states[41]!);
    expect(history.stateAt(41)).toEqual(states[41]);
  });
});
