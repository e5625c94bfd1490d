/**
 * What a reader keeps in memory of a log of any length: each entry's hash (32 bytes) and the keys, which change
 * rarely. Enough to tell a known entry from another one, and to verify a branch from where it leaves ours.
 */
import { fromHex, toHex } from '../bytes.ts';
import { invariant } from '../errors.ts';
import { type ChainState, emptyChain } from './chain.ts';

const HASH_BYTES = 32;

export class LogHistory {
  /** State after each entry that changed the keys, in order; the first is the empty log. */
  readonly #keyStates: ChainState[];
  #hashes = new Uint8Array(64 * HASH_BYTES);
  #state: ChainState;

  constructor(rootKey: string) {
    this.#state = emptyChain(rootKey);
    this.#keyStates = [this.#state];
  }

  /** State after the last entry. */
  get state(): ChainState {
    return this.#state;
  }

  append(next: ChainState): void {
    invariant(next.number === this.#state.number + 1, 'history grows by one entry');
    const end = next.number * HASH_BYTES;
    if (end > this.#hashes.length) {
      const grown = new Uint8Array(2 * this.#hashes.length);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes.set(fromHex(next.hash) as Uint8Array, end - HASH_BYTES);
    if (next.keys !== this.#state.keys) this.#keyStates.push(next);
    this.#state = next;
  }

  /** Hash of entry `number`; `undefined` outside of the log. That of entry 0 is the hash of an empty log. */
  hashAt(number: number): string | undefined {
    if (number === 0) return (this.#keyStates[0] as ChainState).hash;
    if (number < 0 || number > this.#state.number) return undefined;
    return toHex(this.#hashes.subarray((number - 1) * HASH_BYTES, number * HASH_BYTES));
  }

  /** State after entry `number`, which must be in the log. */
  stateAt(number: number): ChainState {
    const hash = this.hashAt(number);
    const keyState = this.#keyStates.findLast((state) => state.number <= number);
    invariant(hash !== undefined && keyState !== undefined, `entry ${number} is not in the log`);
    return { ...keyState, number, hash };
  }

  hasKeyChangeAfter(number: number): boolean {
    return (this.#keyStates.at(-1) as ChainState).number > number;
  }

  /** Forgets the entries after `number`. */
  truncate(number: number): void {
    const state = this.stateAt(number);
    while ((this.#keyStates.at(-1) as ChainState).number > number) this.#keyStates.pop();
    this.#state = state;
  }
}
