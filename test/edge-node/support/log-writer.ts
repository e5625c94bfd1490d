/** Writes a real signed catalog log: an origin's pen, and an attacker's. */
import { hashBody, makeEntry, makeHead } from '../../../shared/log/codec.ts';
import { type CatalogChange, EMPTY_LOG_HASH, type Signed } from '../../../shared/log/entry.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';

const crypto = createLogCrypto();

export class LogWriter {
  readonly rootKey: SigningKey;
  readonly logKey: SigningKey;
  readonly entries: Signed[] = [];
  #hash = EMPTY_LOG_HASH;

  constructor(rootKey = SigningKey.generate(), logKey = SigningKey.generate()) {
    this.rootKey = rootKey;
    this.logKey = logKey;
    this.append({ type: 'key', publicKey: logKey.publicKey }, rootKey);
  }

  get number(): number {
    return this.entries.length;
  }

  get hash(): string {
    return this.#hash;
  }

  append(change: CatalogChange, key: SigningKey = this.logKey): Signed {
    const entry = {
      number: this.number + 1,
      previous: this.#hash,
      timeMs: 1_700_000_000_000 + this.number,
      key: key.publicKey,
      change,
    };
    const signed = makeEntry(entry, key.sign);
    this.entries.push(signed);
    this.#hash = hashBody(signed.body, crypto);
    return signed;
  }

  /** "Head n at time t", by default of the last entry. */
  head(timeMs = Date.now(), validMs = 60_000, number = this.number, hash?: string): Signed {
    const body = {
      head: number,
      hash: hash ?? this.hashOf(number),
      timeMs,
      validMs,
      key: this.logKey.publicKey,
    };
    return makeHead(body, this.logKey.sign);
  }

  hashOf(number: number): string {
    const signed = this.entries[number - 1];
    return signed === undefined ? EMPTY_LOG_HASH : hashBody(signed.body, crypto);
  }

  /** Goes on from a log that another wrote, with a key that may or may not be good there. */
  static over(entries: readonly Signed[], rootKey: SigningKey, logKey: SigningKey): LogWriter {
    const writer = new LogWriter(rootKey, logKey);
    writer.entries.splice(0, writer.entries.length, ...entries);
    writer.#hash = writer.hashOf(writer.number);
    return writer;
  }

  /** The same keys and the first `number` entries: what then follows may differ. */
  branch(number: number): LogWriter {
    return LogWriter.over(this.entries.slice(0, number), this.rootKey, this.logKey);
  }
}
