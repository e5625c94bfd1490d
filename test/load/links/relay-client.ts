/** Starts the relay's process and keeps what it tells. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { PROJECT } from '../../support/fleet.ts';
import type { Told, TrafficTold, Wanted } from './relay-messages.ts';

export class RelayClient {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #told: TrafficTold[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.on('message', (told: Told) => {
      if (told.type === 'traffic') this.#told.push(told);
    });
  }

  /** @throws Error when an address or a port cannot be had */
  static async start(wanted: Wanted): Promise<RelayClient> {
    const program = path.join(PROJECT, 'dist/test/load/links/relay-process.js');
    const child = fork(program, { serialization: 'advanced', detached: true, execArgv: [] });
    const answer = new Promise<Told>((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', () => reject(new Error('the relay ended at its start')));
    });
    child.send(wanted);
    const told = await answer;
    if (told.type === 'failed') {
      child.disconnect();
      throw new Error(`shaped links: ${told.message}`);
    }
    return new RelayClient(child);
  }

  get processId(): number {
    return this.#child.pid as number;
  }

  /** In the order of time. */
  get told(): readonly TrafficTold[] {
    return this.#told;
  }

  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
