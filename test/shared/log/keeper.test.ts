import { describe, expect, it } from 'vitest';
import type { Signed } from '../../../shared/log/entry.ts';
import {
  type KeeperAction,
  type KeeperResult,
  LogKeeper,
  MAX_CLOCK_SKEW_MS,
} from '../../../shared/log/keeper.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { seededRandom } from '../../../shared/random.ts';
import { crypto, LogWriter } from './support.ts';

/** Goal: no sequence of signed or unsigned texts moves a reader to a history that was not published. */

const NOW = 1_000_000;

function keeperOf(writer: LogWriter): LogKeeper {
  return new LogKeeper({ rootKey: writer.root.publicKey, crypto });
}

/** A keeper that has read the whole log and its head. */
function caughtUp(writer: LogWriter, headTimeMs = NOW): LogKeeper {
  const keeper = keeperOf(writer);
  for (const entry of writer.entries) expect(keeper.offerEntry(entry).refused).toBeUndefined();
  expect(keeper.offerHead(writer.head(headTimeMs), headTimeMs).refused).toBeUndefined();
  return keeper;
}

/** `append 3`, `rewind 1`, `saveHighest`, `saveProof`: what the host is told, in short. */
function told(result: KeeperResult): string[] {
  return result.actions.map((action: KeeperAction) => {
    if (action.type === 'append') return `append ${action.entry.number}`;
    return action.type === 'rewind' ? `rewind ${action.toNumber}` : action.type;
  });
}

function publishedLog(count: number): LogWriter {
  const writer = LogWriter.started();
  while (writer.number < count) writer.publish();
  return writer;
}

describe('LogKeeper', () => {
  it('appends entries in order and keeps the highest head', () => {
    const writer = publishedLog(3);
    const keeper = keeperOf(writer);
    expect(writer.entries.flatMap((entry) => told(keeper.offerEntry(entry)))).toEqual([
      'append 1',
      'append 2',
      'append 3',
    ]);
    const head = writer.head(NOW);
    expect(keeper.offerHead(head, NOW)).toEqual({
      actions: [{ type: 'saveHighest', evidence: { kind: 'head', signed: head } }],
      refused: undefined,
    });
    expect(keeper.status(NOW)).toEqual({
      number: 3,
      hash: writer.hashAt(3),
      headTimeMs: NOW,
      stale: false,
      forked: false,
    });
  });

  it('an entry or a head that is known changes nothing', () => {
    const writer = publishedLog(4);
    const keeper = caughtUp(writer);
    for (const entry of writer.entries)
      expect(keeper.offerEntry(entry)).toEqual({ actions: [], refused: undefined });
    expect(keeper.offerHead(writer.head(NOW), NOW)).toEqual({ actions: [], refused: undefined });
  });

  it('a head that runs ahead waits for its entries', () => {
    const writer = publishedLog(3);
    const keeper = keeperOf(writer);
    expect(told(keeper.offerHead(writer.head(NOW), NOW))).toEqual([]);
    expect(keeper.status(NOW).stale).toBe(true);
    for (const entry of writer.entries.slice(0, 2)) keeper.offerEntry(entry);
    expect(told(keeper.offerEntry(writer.entries[2] as Signed))).toEqual(['append 3', 'saveHighest']);
    expect(keeper.status(NOW).stale).toBe(false);
  });

  it('a gap is refused and a later resume goes on', () => {
    const writer = publishedLog(3);
    const keeper = keeperOf(writer);
    expect(keeper.offerEntry(writer.entries[2] as Signed).refused?.code).toBe('log_entry_gap');
    for (const entry of writer.entries) expect(keeper.offerEntry(entry).refused).toBeUndefined();
  });

  it('a restart goes on from disk without signatures, and a damaged store is found', () => {
    const writer = publishedLog(6);
    const keeper = keeperOf(writer);
    for (const entry of writer.entries.slice(0, 4)) keeper.restore(entry);
    expect(keeper.chain.number).toBe(4);
    expect(() => keeper.restore(writer.entries[5] as Signed)).toThrow(
      expect.objectContaining({ code: 'log_entry_gap' }),
    );
    expect(told(keeper.offerEntry(writer.entries[4] as Signed))).toEqual(['append 5']);
  });
});

describe('threat row 30: rollback, freeze, fast-forward', () => {
  it('threat row 30: rollback: a newer head of a shorter log is refused, with proof', () => {
    const writer = publishedLog(5);
    const keeper = caughtUp(writer);
    const shorter = writer.head(NOW + 1_000, { number: 3 });
    const result = keeper.offerHead(shorter, NOW + 1_000);
    expect(result.refused?.code).toBe('log_rollback');
    expect(told(result)).toEqual(['saveProof']);
    expect(keeper.chain.number).toBe(5);
    expect(keeper.proof).toEqual({
      number: 3,
      ours: { kind: 'head', signed: writer.head(NOW) },
      theirs: { kind: 'head', signed: shorter },
    });
  });

  it('threat row 30: rollback: a reader that lost its entries refuses a log that ends before its highest head', () => {
    const writer = publishedLog(5);
    const highest = { kind: 'head', signed: writer.head(NOW) } as const;
    const keeper = new LogKeeper({ rootKey: writer.root.publicKey, crypto, highest });
    for (const entry of writer.entries.slice(0, 3)) keeper.offerEntry(entry);
    const result = keeper.offerHead(writer.head(NOW + 1_000, { number: 3 }), NOW + 1_000);
    expect(result.refused?.code).toBe('log_rollback');
    expect(keeper.status(NOW).headTimeMs).toBe(NOW);
  });

  it('threat row 30: rollback: a reader that lost its entries refuses another entry at its highest number', () => {
    const writer = publishedLog(3);
    const other = writer.copy();
    writer.publish();
    const highest = { kind: 'head', signed: writer.head(NOW) } as const;
    other.append({ type: 'purge', imageId: 'a'.repeat(24) as never });
    const keeper = new LogKeeper({ rootKey: writer.root.publicKey, crypto, highest });
    for (const entry of other.entries.slice(0, 3)) keeper.offerEntry(entry);
    const result = keeper.offerEntry(other.entries[3] as Signed);
    expect(result.refused?.code).toBe('log_fork');
    expect(told(result)).toEqual(['saveProof']);
    expect(told(keeper.offerEntry(writer.entries[3] as Signed))).toEqual(['append 4']);
  });

  it('threat row 30: freeze: the log is stale when no head is valid any more, and a replayed head does not help', () => {
    const writer = publishedLog(2);
    const keeper = caughtUp(writer);
    const replayed = writer.head(NOW - 5_000);
    expect(keeper.status(NOW + 20_000).stale).toBe(false);
    expect(keeper.status(NOW + 20_001).stale).toBe(true);
    expect(keeper.offerHead(replayed, NOW + 20_001).refused?.code).toBe('log_head_old');
    expect(keeper.status(NOW + 20_001).stale).toBe(true);
    expect(keeper.status(NOW + 20_001).number).toBe(2);
    keeper.offerHead(writer.head(NOW + 20_001), NOW + 20_001);
    expect(keeper.status(NOW + 20_001).stale).toBe(false);
  });

  it('threat row 30: freeze: a head from the far future is refused, within the skew of clocks it is taken', () => {
    const writer = publishedLog(2);
    const keeper = caughtUp(writer);
    const skewed = NOW + MAX_CLOCK_SKEW_MS;
    expect(keeper.offerHead(writer.head(skewed + 1), NOW).refused?.code).toBe('log_head_future');
    expect(keeper.offerHead(writer.head(skewed), NOW).refused).toBeUndefined();
  });

  it('threat row 30: fast-forward: a signed head far ahead is neither kept nor counted as fresh', () => {
    const writer = publishedLog(3);
    const keeper = caughtUp(writer);
    const ahead = writer.head(NOW + 50_000, { number: 2 ** 50, hash: 'ab'.repeat(32) });
    expect(told(keeper.offerHead(ahead, NOW + 50_000))).toEqual([]);
    expect(keeper.status(NOW + 50_000)).toMatchObject({ number: 3, stale: true, headTimeMs: NOW });
    writer.publish();
    expect(told(keeper.offerEntry(writer.entries[3] as Signed))).toEqual(['append 4']);
    expect(told(keeper.offerHead(writer.head(NOW + 51_000), NOW + 51_000))).toEqual(['saveHighest']);
  });

  it('threat row 30: fast-forward: a head by a stranger that waited is refused when its entries come', () => {
    const writer = publishedLog(3);
    const keeper = keeperOf(writer);
    for (const entry of writer.entries.slice(0, 2)) keeper.offerEntry(entry);
    keeper.offerHead(writer.head(NOW, { by: SigningKey.generate() }), NOW);
    const result = keeper.offerEntry(writer.entries[2] as Signed);
    expect(told(result)).toEqual(['append 3']);
    expect(result.refused?.code).toBe('log_key_invalid');
  });

  it('threat row 30: the way back: a key change by the root outranks what a stolen log key wrote', () => {
    const writer = publishedLog(3);
    const thief = writer.copy();
    for (let i = 0; i < 5; i++) thief.append({ type: 'purge', imageId: 'b'.repeat(24) as never });
    const keeper = caughtUp(thief);
    const stolen = writer.key;
    writer.publish();
    writer.revokeKey(stolen);
    writer.key = SigningKey.generate();
    writer.addKey(writer.key);
    writer.publish();

    expect(keeper.offerEntry(writer.entries[3] as Signed).refused?.code).toBe('log_fork');
    const back = keeper.offerEntry(writer.entries[4] as Signed);
    expect(back.refused).toBeUndefined();
    expect(told(back)).toEqual(['rewind 3', 'saveHighest']);
    for (const entry of writer.entries) expect(keeper.offerEntry(entry).refused).toBeUndefined();
    expect(keeper.chain).toMatchObject({ number: 7, hash: writer.hashAt(7), keys: [writer.key.publicKey] });
    expect(keeper.offerHead(writer.head(NOW + 1), NOW + 1).refused).toBeUndefined();
    expect(keeper.status(NOW + 1)).toMatchObject({ stale: false, forked: true });
    for (const entry of thief.entries.slice(3)) expect(keeper.offerEntry(entry).refused).toBeDefined();
    expect(keeper.chain.number).toBe(7);
  });

  it('threat row 30: the way back is one step when the key change is the first entry that differs', () => {
    const writer = publishedLog(2);
    const thief = writer.copy();
    thief.publish();
    const keeper = caughtUp(thief);
    writer.revokeKey(writer.key);
    expect(told(keeper.offerEntry(writer.entries[2] as Signed))).toEqual([
      'saveProof',
      'rewind 2',
      'saveHighest',
      'append 3',
    ]);
  });

  it('threat row 30: after the way back the stolen branch can not pass the key change again', () => {
    const writer = publishedLog(2);
    const thief = writer.copy();
    for (let i = 0; i < 4; i++) thief.append({ type: 'purge', imageId: 'c'.repeat(24) as never });
    const keeper = caughtUp(thief);
    writer.publish();
    writer.revokeKey(writer.key);
    for (const entry of writer.entries.slice(2)) keeper.offerEntry(entry);
    expect(keeper.chain.number).toBe(2);
    for (const entry of thief.entries.slice(2)) keeper.offerEntry(entry);
    expect(keeper.chain.number).toBeLessThan(4);
    for (const entry of writer.entries) keeper.offerEntry(entry);
    for (const entry of writer.entries) keeper.offerEntry(entry);
    expect(keeper.chain).toMatchObject({ number: 4, hash: writer.hashAt(4) });
  });

  it('threat row 31: a log key can not add or revoke keys, so a thief finds no way back to his branch', () => {
    const writer = publishedLog(2);
    const keeper = caughtUp(writer);
    const thief = writer.copy();
    thief.append({ type: 'key', publicKey: SigningKey.generate().publicKey }, thief.key);
    expect(keeper.offerEntry(thief.entries[2] as Signed).refused?.code).toBe('log_key_invalid');
  });
});

describe('threat row 29: fork', () => {
  it('threat row 29: another head for the last number is refused, and both signed heads are the proof', () => {
    const writer = publishedLog(3);
    const other = publishedCopyThatDiffers(writer);
    const keeper = caughtUp(writer);
    const theirs = other.head(NOW + 1);
    const result = keeper.offerHead(theirs, NOW + 1);
    expect(result.refused?.code).toBe('log_fork');
    expect(keeper.proof).toEqual({
      number: 3,
      ours: { kind: 'head', signed: writer.head(NOW) },
      theirs: { kind: 'head', signed: theirs },
    });
    expect(keeper.status(NOW + 1).forked).toBe(true);
    expect(keeper.chain.hash).toBe(writer.hashAt(3));
  });

  it('threat row 29: another entry for a known number is refused, with proof', () => {
    const writer = publishedLog(3);
    const other = publishedCopyThatDiffers(writer);
    const keeper = caughtUp(writer);
    const result = keeper.offerEntry(other.entries[2] as Signed);
    expect(result.refused?.code).toBe('log_fork');
    expect(told(result)).toEqual(['saveProof']);
    expect(keeper.proof?.theirs.kind).toBe('entry');
  });

  it('threat row 29: an old head of another history is a fork too', () => {
    const writer = publishedLog(3);
    const other = publishedCopyThatDiffers(writer);
    writer.publish();
    const keeper = caughtUp(writer);
    expect(keeper.offerHead(other.head(NOW - 1), NOW).refused?.code).toBe('log_fork');
  });

  it('threat row 29: what no valid key signed is refused and proves nothing', () => {
    const writer = publishedLog(3);
    const keeper = caughtUp(writer);
    const stranger = new LogWriter(writer.root, SigningKey.generate(), writer.entries.slice(0, 2));
    stranger.publish();
    expect(keeper.offerEntry(stranger.entries[2] as Signed).refused?.code).toBe('log_key_invalid');
    expect(keeper.offerHead(stranger.head(NOW), NOW).refused?.code).toBe('log_key_invalid');
    const forged = { ...(publishedCopyThatDiffers(writer).entries[2] as Signed), signature: '0'.repeat(128) };
    expect(keeper.offerEntry(forged).refused?.code).toBe('log_signature_invalid');
    expect(keeper.proof).toBeUndefined();
  });

  it('threat row 29: only the first proof is kept, however many forks are shown', () => {
    const writer = publishedLog(3);
    const keeper = caughtUp(writer);
    const proofs = [1, 2, 3].flatMap(() =>
      told(keeper.offerEntry(publishedCopyThatDiffers(writer).entries[2] as Signed)),
    );
    expect(proofs).toEqual(['saveProof']);
  });

  it('threat row 29: when the root signed both branches neither wins', () => {
    const writer = publishedLog(2);
    const other = writer.copy();
    writer.addKey(SigningKey.generate());
    other.addKey(SigningKey.generate());
    const keeper = caughtUp(writer);
    expect(keeper.offerEntry(other.entries[2] as Signed).refused?.code).toBe('log_fork');
    expect(keeper.chain.hash).toBe(writer.hashAt(3));
  });
});

describe('threat rows 29, 30: random schedules', () => {
  it('in any order of true, forked, replayed and damaged texts the reader holds a prefix of one signed log', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const writer = publishedLog(12);
    const other = new LogWriter(writer.root, writer.key, writer.entries.slice(0, 6));
    while (other.number < 14) other.append({ type: 'purge', imageId: 'd'.repeat(24) as never });
    for (let round = 0; round < 15; round++) {
      const keeper = keeperOf(writer);
      let now = NOW;
      let applied = 0;
      for (let step = 0; step < 120; step++) {
        now += random.integer(1_000);
        const source = random.integer(4) === 0 ? other : writer;
        const entry = source.entries[
          random.integer(3) === 0 ? random.integer(source.number) : Math.min(applied, source.number - 1)
        ] as Signed;
        const damaged = random.integer(6) === 0;
        const offered = damaged
          ? { ...entry, body: entry.body.replace(/\d/, String(random.integer(10))) }
          : entry;
        const result =
          random.integer(4) === 0
            ? keeper.offerHead(source.head(now, { number: 1 + random.integer(source.number) }), now)
            : keeper.offerEntry(offered);
        for (const action of result.actions) {
          if (action.type === 'append')
            expect(action.entry.number, `seed ${seed} round ${round}`).toBe(++applied);
          expect(action.type, `seed ${seed} round ${round}`).not.toBe('rewind');
        }
        const { number, hash } = keeper.chain;
        expect([writer.hashAt(number), other.hashAt(number)], `seed ${seed} round ${round}`).toContain(hash);
        expect(number, `seed ${seed} round ${round}`).toBe(applied);
      }
    }
  });
});

function publishedCopyThatDiffers(writer: LogWriter): LogWriter {
  const other = new LogWriter(writer.root, writer.key, writer.entries.slice(0, -1));
  other.append({ type: 'purge', imageId: 'e'.repeat(24) as never });
  return other;
}
