/** Stock clients that can be run beside Shoal: whether they are here, and how one peer of each is started. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../support/fleet.ts';

export const stockClients = ['libtorrent', 'aria2'] as const;
export type StockClient = (typeof stockClients)[number];

export interface StockPeer {
  readonly ip: string;
  readonly torrentPaths: readonly string[];
  readonly saveFolder: string;
  /** Gets the time, Unix seconds, when the peer has everything. */
  readonly donePath: string;
}

/** Debian's own: another Python does not see its packages. */
const PYTHON = '/usr/bin/python3';
const PEER = path.join(PROJECT, 'test/netlab/libtorrent_peer.py');
const ARIA2_FLAGS =
  '--no-conf --seed-time=9999 --seed-ratio=0 --enable-dht=false --bt-enable-lpd=false --listen-port=6881 --check-integrity=true --bt-hash-check-seed=true -j 5000 --file-allocation=none --summary-interval=0 --show-console-readout=false';

/** Why it cannot be run; undefined when it can. */
export function missingClient(client: StockClient): string | undefined {
  const probe =
    client === 'aria2' ? spawnSync('aria2c', ['--version']) : spawnSync(PYTHON, ['-c', 'import libtorrent']);
  if (probe.status === 0) return undefined;
  const debianPackage = client === 'aria2' ? 'aria2' : 'python3-libtorrent';
  return `not installed (Debian: ${debianPackage})`;
}

export function commandOf(client: StockClient, peer: StockPeer): readonly string[] {
  const { ip, torrentPaths, saveFolder, donePath } = peer;
  if (client === 'libtorrent') return [PYTHON, PEER, ip, saveFolder, donePath, ...torrentPaths];
  const hook = doneHook(donePath, torrentPaths.length);
  const flags = [...ARIA2_FLAGS.split(' '), `--on-bt-download-complete=${hook}`];
  return ['aria2c', '-d', saveFolder, ...flags, ...torrentPaths];
}

/** aria2 runs it for each torrent; the last one's time counts. */
function doneHook(donePath: string, torrents: number): string {
  const times = `${donePath}.times`;
  const lines = [
    '#!/bin/sh',
    `date +%s.%N >> ${times}`,
    `[ $(wc -l < ${times}) -lt ${torrents} ] || { tail -1 ${times} > ${donePath}.$$; mv ${donePath}.$$ ${donePath}; }`,
  ];
  const hook = `${donePath}.sh`;
  writeFileSync(hook, `${lines.join('\n')}\n`);
  chmodSync(hook, 0o755);
  return hook;
}
