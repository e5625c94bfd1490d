/** Real stock clients as child processes: libtorrent by Debian's python3-libtorrent, and aria2. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { PROJECT } from '../support/fleet.ts';

/** Debian's own: another Python does not see its packages. */
const PYTHON = '/usr/bin/python3';
const CLIENT = path.join(PROJECT, 'test/interop/libtorrent_client.py');
const METAINFO = path.join(PROJECT, 'test/interop/libtorrent_metainfo.py');

export const hasLibtorrent = spawnSync(PYTHON, ['-c', 'import libtorrent']).status === 0;
export const hasAria2 = spawnSync('aria2c', ['--version']).status === 0;

/** A suite's title, with the reason when it is skipped. */
export const titled = (title: string, isInstalled: boolean, needs: string): string =>
  isInstalled ? title : `${title} (skipped: ${needs} is not installed)`;

/** Skipping is for a developer's machine; in CI a missing client is a failure. */
export function requireInCi(isInstalled: boolean, needs: string): void {
  it(`${needs} is installed, if this is CI`, () => expect(isInstalled || !process.env.CI).toBe(true));
}

export interface LibtorrentOptions {
  /** Path of a .torrent, or a magnet link. */
  readonly torrent: string;
  readonly folder: string;
  /** Announce to the torrent's tracker. Default: yes. */
  readonly tracker?: boolean;
  /** Peers to connect to, whatever the tracker says. */
  readonly peers?: readonly (readonly [host: string, port: number])[];
  readonly settings?: Readonly<Record<string, boolean | number | string>>;
}

interface ClientEvent {
  readonly type: 'joined' | 'finished' | 'failed' | 'log';
  readonly text?: string;
  readonly port?: number;
  readonly infoHash?: string;
  readonly infoHashV2?: string;
}

/**
 * libtorrent tries uTP first and waits some 4 s for it before it dials TCP. Where that is not the matter of a test
 * it only costs time.
 */
export const TCP_ONLY = { enable_outgoing_utp: false } as const;

export class Libtorrent {
  readonly #child: ChildProcess;
  readonly #events: ClientEvent[] = [];
  #output = '';
  #ended = false;

  constructor(options: LibtorrentOptions) {
    const wants = { tracker: true, peers: [], settings: {}, ...options };
    const child = spawn(PYTHON, [CLIENT, JSON.stringify(wants)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (text) => (this.#output += String(text)));
    child.once('exit', (code, signal) => {
      this.#ended = true;
      this.#output += ` (${signal ?? code})`;
    });
    createInterface(child.stdout).on('line', (line) => this.#events.push(JSON.parse(line) as ClientEvent));
  }

  /** It has everything, verified. @throws when it ended, or a piece failed its hash */
  isFinished(): boolean {
    const failed = this.#events.find(({ type }) => type === 'failed');
    if (failed) throw new Error(`libtorrent: ${failed.text}`);
    if (this.#ended) throw new Error(`libtorrent ended: ${this.#output}`);
    return this.#events.some(({ type }) => type === 'finished');
  }

  /** Known once it has joined. */
  get joined(): Omit<ClientEvent, 'type' | 'text'> | undefined {
    return this.#events.find(({ type }) => type === 'joined');
  }

  /** What its own log says, e.g. every message of the peer wire. */
  get log(): readonly string[] {
    return this.#events.flatMap(({ text }) => text ?? []);
  }

  close(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    return ended;
  }
}

export interface LibtorrentReading {
  readonly infoHash: string;
  readonly infoHashV2: string;
  readonly files: readonly { readonly path: string; readonly length: number; readonly root: string }[];
}

export function readByLibtorrent(torrent: string): LibtorrentReading {
  return JSON.parse(
    execFileSync(PYTHON, [METAINFO, 'read', torrent], { encoding: 'utf8' }),
  ) as LibtorrentReading;
}

/** The info-hash as this aria2 takes it to be; see hash-relay.ts. */
export function infoHashByAria2(torrent: string): string {
  const text = execFileSync('aria2c', ['--show-files', torrent], { encoding: 'utf8' });
  const infoHash = /^Info Hash: ([0-9a-f]{40})$/m.exec(text)?.[1];
  if (infoHash === undefined) throw new Error(`aria2 shows no info-hash:\n${text}`);
  return infoHash;
}

/** aria2 has no peers by hand; it asks the tracker. A minute without progress ends it. */
const ARIA2_FLAGS =
  '--no-conf --enable-dht=false --enable-dht6=false --enable-peer-exchange=false --disable-ipv6 --seed-time=0 --bt-stop-timeout=60 --summary-interval=0 --file-allocation=none --console-log-level=warn';

export class Aria2 {
  readonly #child: ChildProcess;
  /** Its exit status and all it printed. */
  readonly done: Promise<{ readonly status: number | null; readonly output: string }>;

  /** @param torrent path of a .torrent, or a magnet link */
  constructor(torrent: string, folder: string, flags: readonly string[]) {
    const child = spawn('aria2c', [...ARIA2_FLAGS.split(' '), '--dir', folder, ...flags, torrent], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    this.done = new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.done;
  }
}
