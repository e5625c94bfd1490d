/** A writer of logs for tests: real keys, real signatures. */
import type { PublishedImage } from '../../../shared/api-types/catalog.ts';
import { hashBody, makeEntry, makeHead } from '../../../shared/log/codec.ts';
import { type CatalogChange, EMPTY_LOG_HASH, type Signed } from '../../../shared/log/entry.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { parseFileRoot, parseImageId, parseInfoHash, parseInfoHashV2 } from '../../../shared/units.ts';

export const crypto = createLogCrypto();

export function imageOf(number: number): PublishedImage {
  const id = parseImageId(number.toString(16).padStart(24, '0'))!;
  return {
    id,
    width: 2000,
    height: 1000,
    placeholder: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
    infoHash: parseInfoHash(number.toString(16).padStart(40, '0'))!,
    infoHashV2: parseInfoHashV2(number.toString(16).padStart(64, '0'))!,
    renditions: [
      {
        name: '640.avif',
        url: `/images/${id}/640.avif`,
        width: 640,
        height: 320,
        type: 'image/avif',
        bytes: 31_234,
        root: parseFileRoot('ab'.repeat(32))!,
      },
    ],
  };
}

/** Appends entries to a log of its own; a copy goes on from the same point, and so makes a fork. */
export class LogWriter {
  readonly root: SigningKey;
  readonly entries: Signed[];
  key: SigningKey;

  constructor(root = SigningKey.generate(), key = SigningKey.generate(), entries: readonly Signed[] = []) {
    this.root = root;
    this.key = key;
    this.entries = [...entries];
  }

  /** With its first log key already in. */
  static started(): LogWriter {
    const writer = new LogWriter();
    writer.addKey(writer.key);
    return writer;
  }

  copy(): LogWriter {
    return new LogWriter(this.root, this.key, this.entries);
  }

  get number(): number {
    return this.entries.length;
  }

  hashAt(number: number): string {
    const entry = this.entries[number - 1];
    return entry ? hashBody(entry.body, crypto) : EMPTY_LOG_HASH;
  }

  append(change: CatalogChange, by: SigningKey = this.key): Signed {
    const signed = makeEntry(
      {
        number: this.number + 1,
        previous: this.hashAt(this.number),
        timeMs: 1_000 * (this.number + 1),
        key: by.publicKey,
        change,
      },
      by.sign,
    );
    this.entries.push(signed);
    return signed;
  }

  publish(image = imageOf(this.number + 1)): Signed {
    return this.append({ type: 'publish', image });
  }

  addKey(key: SigningKey): Signed {
    return this.append({ type: 'key', publicKey: key.publicKey }, this.root);
  }

  revokeKey(key: SigningKey): Signed {
    return this.append({ type: 'revoke-key', publicKey: key.publicKey }, this.root);
  }

  head(
    timeMs: number,
    { number = this.number, hash = this.hashAt(number), validMs = 20_000, by = this.key } = {},
  ) {
    return makeHead({ head: number, hash, timeMs, validMs, key: by.publicKey }, by.sign);
  }
}
