/**
 * Hashes content in a thread of its own. Content is copied there by way of a few parts of shared memory: a copy takes
 * a tenth of the time of the hashes, the bytes stay good if the thread dies, and a buffer that was shared itself would
 * not count as memory that the collector has to care for (half a gigabyte of pieces would stay, measured).
 */
import { Worker } from 'node:worker_threads';
import { BLOCK_BYTES } from '../../units.ts';
import type { PieceHashes } from './check-piece.ts';

/** A multiple of the block. */
const PART_BYTES = 512 * 1024;
/** Enough that the thread has work while the main thread is busy with its links for some milliseconds. */
const PARTS = 8;

/** A text and not a module: it runs alike from sources, from dist/ and from an edge's single file. */
const THREAD = `
const { createHash, hash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const { shared, partBytes, blockBytes } = workerData;
const zeros = new Uint8Array(65536);
let sha1;
let leaves;
function begin(contentBytes) {
  sha1 = createHash('sha1');
  leaves = { bytes: new Uint8Array(Math.ceil(contentBytes / blockBytes) * 32), end: 0 };
}
function add(part) {
  sha1.update(part);
  for (let at = 0; at < part.length; at += blockBytes, leaves.end += 32)
    leaves.bytes.set(hash('sha256', part.subarray(at, at + blockBytes), 'buffer'), leaves.end);
}
function finish(paddingBytes) {
  for (let left = paddingBytes; left > 0; left -= zeros.length) sha1.update(zeros.subarray(0, left));
  return { sha1: new Uint8Array(sha1.digest()), leaves: leaves.bytes };
}
parentPort.on('message', ({ part, at, lengthBytes, contentBytes, paddingBytes }) => {
  if (at === 0) begin(contentBytes);
  add(new Uint8Array(shared, part * partBytes, lengthBytes));
  const hashes = at + lengthBytes === contentBytes ? finish(paddingBytes) : undefined;
  parentPort.postMessage({ part, hashes });
});
`;

interface Answer {
  readonly part: number;
  /** With a content's last part. */
  readonly hashes: PieceHashes | undefined;
}

interface Job {
  readonly content: Uint8Array;
  readonly paddingBytes: number;
  /** So much was handed over. */
  at: number;
  readonly resolve: (hashes: PieceHashes) => void;
  readonly reject: (error: Error) => void;
}

/** Starts its thread with the first content; it keeps the process alive only while it has something to hash. */
export class HashThread {
  #thread: Worker | undefined;
  readonly #shared = new SharedArrayBuffer(PARTS * PART_BYTES);
  readonly #freeParts = Array.from({ length: PARTS }, (_, part) => part);
  /** In the order of their answers. */
  readonly #jobs: Job[] = [];
  /** Those of them that were not handed over, or not whole. */
  readonly #unsent: Job[] = [];
  #over: Error | undefined;

  /**
   * @param content not empty; not to be written to until the answer
   * @param paddingBytes zeros behind it, for the SHA-1 only
   * @throws when the thread has died, or cannot start: it does not come back
   */
  hash(content: Uint8Array, paddingBytes: number): Promise<PieceHashes> {
    return new Promise((resolve, reject) => {
      if (this.#over) throw this.#over;
      this.#thread ??= this.#start();
      const job = { content, paddingBytes, at: 0, resolve, reject };
      this.#jobs.push(job);
      this.#unsent.push(job);
      this.#thread.ref();
      this.#handOver(this.#thread);
    });
  }

  /** What is under way is never answered. */
  async close(): Promise<void> {
    this.#over ??= new Error('the thread that hashes was closed');
    this.#jobs.length = 0;
    this.#unsent.length = 0;
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const workerData = { shared: this.#shared, partBytes: PART_BYTES, blockBytes: BLOCK_BYTES };
    const thread = new Worker(THREAD, { eval: true, execArgv: [], workerData });
    thread.on('message', (answer: Answer) => this.#answered(thread, answer));
    thread.on('error', (error: Error) => this.#died(error));
    thread.on('exit', () => this.#died(new Error('the thread that hashes has ended')));
    return thread;
  }

  #handOver(thread: Worker): void {
    for (let job = this.#unsent[0]; job; job = this.#unsent[0]) {
      const part = this.#freeParts.pop();
      if (part === undefined) return;
      const { content, paddingBytes, at } = job;
      const bytes = content.subarray(at, at + PART_BYTES);
      new Uint8Array(this.#shared, part * PART_BYTES, bytes.length).set(bytes);
      const lengthBytes = bytes.length;
      thread.postMessage({ part, at, lengthBytes, contentBytes: content.length, paddingBytes });
      job.at += lengthBytes;
      if (job.at === content.length) this.#unsent.shift();
    }
  }

  #answered(thread: Worker, { part, hashes }: Answer): void {
    this.#freeParts.push(part);
    this.#handOver(thread);
    if (!hashes) return;
    this.#jobs.shift()?.resolve(hashes);
    if (this.#jobs.length === 0) thread.unref();
  }

  #died(error: Error): void {
    this.#over ??= error;
    this.#unsent.length = 0;
    for (const { reject } of this.#jobs.splice(0)) reject(error);
  }
}
