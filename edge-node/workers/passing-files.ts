/** Files that pass through a worker on their way to a client are kept in its memory, if the edge had them whole. */
import type { IncomingMessage } from 'node:http';
import { type FileRoot, parseFileRoot } from '../../shared/units.ts';

export interface PassingFilesParts {
  takes(lengthBytes: number): boolean;
  keep(root: FileRoot, whole: Uint8Array): void;
}

export class PassingFiles {
  readonly #parts: PassingFilesParts;
  /** One copy is enough, however many pass. */
  readonly #passing = new Set<FileRoot>();

  constructor(parts: PassingFilesParts) {
    this.#parts = parts;
  }

  /** Looks on while the body passes. What is cut short on the way is not kept. */
  watch(answer: IncomingMessage): void {
    const root = wholeHit(answer);
    const lengthBytes = Number(answer.headers['content-length']);
    if (root === undefined || this.#passing.has(root) || !this.#parts.takes(lengthBytes)) return;
    this.#passing.add(root);
    const whole = new Uint8Array(lengthBytes);
    let at = 0;
    answer.on('data', (chunk: Uint8Array) => {
      whole.set(chunk, at);
      at += chunk.length;
    });
    answer.once('end', () => {
      if (at === lengthBytes) this.#parts.keep(root, whole);
    });
    answer.once('close', () => this.#passing.delete(root));
  }
}

/** The tag of a file is its root in quotes. A HEAD has no end with all bytes in it. */
function wholeHit({ statusCode, headers }: IncomingMessage): FileRoot | undefined {
  if (statusCode !== 200 || !/; hit(;|$)/.test(String(headers['cache-status']))) return undefined;
  return parseFileRoot(headers.etag?.slice(1, -1) ?? '');
}
