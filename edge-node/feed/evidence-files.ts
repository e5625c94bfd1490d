/** Evidence on disk: the highest log ever verified (DATA/log/highest.json), and proof of a fork (DATA/forks/). */
import { join } from 'node:path';
import { fromUtf8, toUtf8 } from '../../shared/bytes.ts';
import { PeerError } from '../../shared/errors.ts';
import { parseEntryBody, parseHeadBody, parseSigned, verifySignature } from '../../shared/log/codec.ts';
import type { LogCrypto } from '../../shared/log/entry.ts';
import type { Evidence, ForkProof } from '../../shared/log/evidence.ts';
import { JsonObject } from '../../shared/log/json-object.ts';
import type { FileSystem } from '../../shared/node/store/file-system.ts';
import { readIfThere, writeDurably } from '../durable-file.ts';

/** Two entries of 64 KiB, and JSON's escapes. */
const MAX_PROOF_BYTES = 1_048_576;

export class EvidenceFiles {
  readonly #highestPath: string;
  readonly #forksFolder: string;
  readonly #files: FileSystem;

  constructor(logFolder: string, forksFolder: string, files: FileSystem) {
    this.#highestPath = join(logFolder, 'highest.json');
    this.#forksFolder = forksFolder;
    this.#files = files;
  }

  /**
   * Undefined when there is none, or when the file is damaged: then the log itself is all that is known. A changed
   * hash would make the true log look like a fork for ever, so the signature is checked, as it was when it came.
   */
  async highest(crypto: LogCrypto): Promise<Evidence | undefined> {
    return readJson(this.#highestPath, this.#files, (object) => {
      const { kind, signed } = parseEvidence(object);
      const { key } = kind === 'head' ? parseHeadBody(signed.body) : parseEntryBody(signed.body);
      return verifySignature(kind, key, signed, crypto)
        ? { kind, signed }
        : object.fail('signature is wrong');
    });
  }

  async saveHighest(evidence: Evidence): Promise<void> {
    await writeDurably(this.#highestPath, jsonBytes(evidence), this.#files);
  }

  async proof(): Promise<ForkProof | undefined> {
    for (const name of await this.#files.list(this.#forksFolder)) {
      const proof = await readJson(join(this.#forksFolder, name), this.#files, parseProof);
      if (proof !== undefined) return proof;
    }
    return undefined;
  }

  async saveProof(proof: ForkProof): Promise<void> {
    await this.#files.makeDirectory(this.#forksFolder);
    // JSON has no undefined: "ours" is null when no head was seen before the fork.
    const stored = { ...proof, ours: proof.ours ?? null };
    await writeDurably(join(this.#forksFolder, `${proof.number}.json`), jsonBytes(stored), this.#files);
  }
}

function jsonBytes(value: object): Uint8Array {
  return fromUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

type StoredJson = JsonObject<'evidence_invalid'>;

async function readJson<T>(
  path: string,
  files: FileSystem,
  parse: (object: StoredJson) => T,
): Promise<T | undefined> {
  const bytes = await readIfThere(path, MAX_PROOF_BYTES, files);
  const text = bytes && toUtf8(bytes)?.trim();
  if (text === undefined) return undefined;
  try {
    return parse(JsonObject.parse(text, MAX_PROOF_BYTES, 'evidence_invalid', path));
  } catch (error) {
    if (error instanceof PeerError) return undefined;
    throw error;
  }
}

function parseEvidence(object: StoredJson): Evidence {
  const kind = object.text('kind', 8);
  if (kind !== 'head' && kind !== 'entry') return object.fail('kind is not known');
  return { kind, signed: parseSigned(object.object('signed')) };
}

function parseProof(object: StoredJson): ForkProof {
  return {
    number: object.integer('number', 0, Number.MAX_SAFE_INTEGER),
    ours: object.isNull('ours') ? undefined : parseEvidence(object.object('ours')),
    theirs: parseEvidence(object.object('theirs')),
  };
}
