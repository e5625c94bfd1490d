/** What is published, by each name that it is asked for by: clients say info-hashes, the feed numbers of entries. */
import { NumberSet } from '../../shared/tracker/number-set.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { StoredImage } from '../catalog/catalog-api.ts';

type Names = Pick<StoredImage, 'infoHash' | 'infoHashV2' | 'entryNumber'>;

export class PublishedSets {
  readonly #numberOf = new Map<InfoHash, number>();
  readonly #withNumber = new Map<number, InfoHash>();
  /** Truncated v2 info-hashes (BEP 52), by which v2-only clients announce a hybrid torrent. */
  readonly #v1OfV2 = new Map<InfoHash, InfoHash>();
  readonly #numbers = new NumberSet();

  get numbers(): NumberSet {
    return this.#numbers;
  }

  add(image: Names): void {
    this.#numberOf.set(image.infoHash, image.entryNumber);
    this.#withNumber.set(image.entryNumber, image.infoHash);
    this.#v1OfV2.set(truncated(image), image.infoHash);
    this.#numbers.add(image.entryNumber);
  }

  remove(image: Names): void {
    this.#numberOf.delete(image.infoHash);
    this.#withNumber.delete(image.entryNumber);
    this.#v1OfV2.delete(truncated(image));
    this.#numbers.delete(image.entryNumber);
  }

  /** @param infoHash v1, or the first 20 bytes of v2 */
  v1Of(infoHash: InfoHash): InfoHash | undefined {
    return this.#numberOf.has(infoHash) ? infoHash : this.#v1OfV2.get(infoHash);
  }

  /** Of the entry that published it; 0, which no entry has, when none did. */
  numberOf(infoHash: InfoHash): number {
    return this.#numberOf.get(infoHash) ?? 0;
  }

  withNumber(number: number): InfoHash | undefined {
    return this.#withNumber.get(number);
  }
}

/** BEP 52: trackers and handshakes carry the first 20 bytes of the v2 info-hash. */
const truncated = ({ infoHashV2 }: Names): InfoHash => infoHashV2.slice(0, 40) as InfoHash;
