/**
 * Asks an edge's `/status` over one kept connection of the unshaped network, and waits for it to be complete. Until
 * then it asks rarely: what is still missing cannot come faster than the downlink, so no answer before that can be
 * yes. Near the end it asks every few milliseconds.
 */
import { Agent, get } from 'node:http';
import type { NodeStatus } from '../../shared/api-types/status.ts';

export interface Completion {
  readonly sets: number;
  readonly bytes: number;
  readonly downBytesPerSecond: number;
  /** Unix ms; gives up then. */
  readonly deadlineMs: number;
  /** Ends the wait without an answer: the edge was killed. */
  readonly isGivenUp?: () => boolean;
}

const SHORTEST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 250;
/** It does not listen yet. */
const RETRY_MS = 50;

export class StatusClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** undefined: it does not answer. */
  status(): Promise<NodeStatus | undefined> {
    return new Promise((resolve) => {
      const request = get(`${this.#url}/status`, { agent: this.#agent, timeout: 5_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as NodeStatus));
        response.on('error', () => resolve(undefined));
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(undefined));
    });
  }

  /** @returns when it was seen to be complete, Unix ms; undefined when it was not */
  async completed(wanted: Completion): Promise<number | undefined> {
    while (Date.now() < wanted.deadlineMs) {
      if (wanted.isGivenUp?.() === true) return undefined;
      const status = await this.status();
      const now = Date.now();
      const { known, complete } = status?.images ?? { known: 0, complete: -1 };
      if (known === wanted.sets && complete === known) return now;
      await pause(status === undefined ? RETRY_MS : pauseFor(status, wanted));
    }
    return undefined;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function pauseFor(status: NodeStatus, { bytes, downBytesPerSecond }: Completion): number {
  const missing = Math.max(0, bytes - status.bytes.verified);
  const soonestMs = (missing / downBytesPerSecond) * 1000;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, soonestMs));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
