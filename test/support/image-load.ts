/**
 * Shoppers of a shop with several edges: requests leave at their times, whether answers came or not (open loop), so
 * that a slow edge cannot slow its own trial down; for renditions by Zipf's law; every body is hashed. Each shopper has
 * an edge, and asks another one only when its own is dead: it refuses the connection, or breaks it.
 */
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import type { Image } from '../../shared/api-types/catalog.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import { rootOf } from './file-root.ts';
import { askForImage, type KnownRendition, type Outcome } from './shopper.ts';

/** An edge as shoppers know it; it keeps its address when it restarts. */
export interface Shelf {
  readonly name: string;
  readonly url: string;
}

export interface LoadOptions {
  readonly shelves: readonly Shelf[];
  /** The most asked for first. */
  readonly renditions: readonly KnownRendition[];
  readonly requestsPerSecond: number;
  readonly seed: number;
  /** A shopper is gone after that; default 15 s. */
  readonly patienceMs?: number;
}

export interface Answer extends Outcome {
  readonly shelf: string;
  readonly path: string;
  /** Of performance.now, when it was asked for. */
  readonly askedAtMs: number;
  readonly tookMs: number;
}

const PATIENCE_MS = 15_000;

/** What an origin publishes, and how each rendition's bytes hash; they are compared with the signed root first. */
export async function knownRenditions(
  url: string,
  images: readonly Image[],
): Promise<readonly KnownRendition[]> {
  const known: KnownRendition[] = [];
  for (const { id, renditions } of images)
    for (const { name, root } of renditions) {
      const path = `/images/${id}/${name}`;
      const bytes = new Uint8Array(await (await fetch(`${url}${path}`)).arrayBuffer());
      if (rootOf(bytes) !== root) throw new Error(`${path} of the origin is wrong`);
      known.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    }
  return known;
}

export class ImageLoad {
  readonly #options: LoadOptions;
  #renditions: readonly KnownRendition[];
  readonly #random: Random;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #answers: Answer[] = [];
  readonly #open = new Set<Promise<void>>();
  readonly #begunMs = performance.now();
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Shoppers come until {@link stop}. */
  constructor(options: LoadOptions) {
    this.#options = options;
    this.#renditions = options.renditions;
    this.#random = seededRandom(options.seed);
    this.#next();
  }

  /** So far. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** These are new, and asked for most from now on. */
  add(renditions: readonly KnownRendition[]): void {
    this.#renditions = [...renditions, ...this.#renditions];
  }

  /** No more shoppers; resolves when the last one has an answer. */
  async stop(): Promise<readonly Answer[]> {
    clearTimeout(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
    return this.#answers;
  }

  #next(): void {
    const { requestsPerSecond } = this.#options;
    const due = ((performance.now() - this.#begunMs) * requestsPerSecond) / 1000;
    while (this.#sent <= due) {
      this.#sent++;
      const asked = this.#shop();
      this.#open.add(asked);
      void asked.finally(() => this.#open.delete(asked));
    }
    const waitMs = this.#begunMs + (this.#sent * 1000) / requestsPerSecond - performance.now();
    this.#timer = setTimeout(() => this.#next(), Math.max(1, waitMs));
  }

  async #shop(): Promise<void> {
    const { shelves } = this.#options;
    const renditions = this.#renditions;
    // Of Zipf's law with exponent 1.
    const place = Math.floor(renditions.length ** this.#random.fraction()) - 1;
    const first = this.#random.integer(shelves.length);
    for (let turn = 0; turn < shelves.length; turn++) {
      const shelf = shelves[(first + turn) % shelves.length] as Shelf;
      const answer = await this.#ask(shelf, renditions[place] as KnownRendition);
      this.#answers.push(answer);
      if (answer.kind !== 'cut') return;
    }
  }

  async #ask(shelf: Shelf, rendition: KnownRendition): Promise<Answer> {
    const askedAtMs = performance.now();
    const { patienceMs = PATIENCE_MS } = this.#options;
    const what = await askForImage(this.#agent, shelf.url, rendition, AbortSignal.timeout(patienceMs));
    const tookMs = performance.now() - askedAtMs;
    return { shelf: shelf.name, path: rendition.path, askedAtMs, tookMs, ...what };
  }
}

/** How many answers there are of each kind; right ones by where their bytes came from. */
export function countsOf(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, source } of answers) {
    const name = kind === 'right' ? `right, ${source}` : kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** What no shopper may see: a line for each edge and kind. @param dead who may refuse or break connections */
export function faultsIn(answers: readonly Answer[], dead: readonly string[] = []): string[] {
  const faults = new Map<string, Answer[]>();
  for (const answer of answers) {
    const { kind, shelf } = answer;
    if (kind === 'right' || (kind === 'cut' && dead.includes(shelf))) continue;
    const what = `${shelf}: ${kind}`;
    faults.set(what, [...(faults.get(what) ?? []), answer]);
  }
  return Array.from(faults, ([what, all]) => {
    const { path, tookMs, detail } = all[0] as Answer;
    return `${what}, ${all.length} times; ${path} after ${Math.round(tookMs)} ms: ${detail}`;
  });
}
