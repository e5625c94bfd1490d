/** A fan-out as stock clients do it: the same links and the same number of bytes, as torrents of random bytes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually, PROJECT } from '../support/fleet.ts';
import { HostProcess } from './host-process.ts';
import { hostIp, SEED } from './hosts.ts';
import type { Lab } from './lab.ts';
import { boundSeconds, type RunReport, reportOf } from './metrics.ts';
import type { FanOutShape } from './scenarios.ts';
import { deadlineOf } from './spread.ts';
import { pause } from './status-client.ts';
import { commandOf, type StockClient } from './stock-clients.ts';
import { type HostFigures, Switch } from './switch.ts';
import { type MadeTorrents, makeTorrents, type TorrentShape } from './torrents.ts';

const TRACKER_PORT = 6969;
/** The seed checks its files and announces each torrent in this time. */
const SEED_START_MS = 4_000;
const SEED_START_PER_TORRENT_MS = 20;

export async function stockSpread(
  lab: Lab,
  client: StockClient,
  shape: FanOutShape,
  torrentShape: TorrentShape,
): Promise<RunReport> {
  const folder = await lab.freshFolder();
  const links = [
    { ...shape.edgeLink, upKbit: shape.seedUpKbit },
    ...Array.from({ length: shape.edges }, () => shape.edgeLink),
  ];
  const network = await Switch.start(links, folder);
  const clientRun = new StockRun(folder, client, shape, torrentShape);
  let hosts: readonly HostFigures[] | undefined;
  try {
    const { totalBytes } = clientRun.torrents;
    await clientRun.startSeed();
    const beginMs = Date.now();
    clientRun.startOthers();
    const deadlineMs = deadlineOf(beginMs, boundSeconds({ totalBytes, links }));
    const doneAtMs = await clientRun.whenDone(deadlineMs);
    const cpuSeconds = clientRun.cpuSeconds();
    hosts = await network.stop();
    const report = reportOf({ client, totalBytes, links, beginMs, doneAtMs, cpuSeconds, hosts });
    return { ...report, faults: [...report.faults, ...clientRun.wrongFiles(doneAtMs)] };
  } finally {
    await clientRun.close();
    if (hosts === undefined) await network.stop();
    await lab.removeFolder(folder);
  }
}

class StockRun {
  readonly torrents: MadeTorrents;
  readonly #folder: string;
  readonly #client: StockClient;
  readonly #edges: number;
  readonly #peers: HostProcess[] = [];
  #tracker: HostProcess | undefined;
  #seedCpuSeconds = 0;

  constructor(folder: string, client: StockClient, shape: FanOutShape, torrentShape: TorrentShape) {
    this.#folder = folder;
    this.#client = client;
    this.#edges = shape.edges;
    const announce = `http://${hostIp(SEED)}:${TRACKER_PORT}/announce`;
    const { sets, bytesEach } = shape.wanted;
    const torrentFolder = path.join(folder, 'torrents');
    this.torrents = makeTorrents(
      Math.round(sets * bytesEach),
      torrentShape,
      announce,
      torrentFolder,
      this.#saveFolder(0),
    );
  }

  async startSeed(): Promise<void> {
    const program = path.join(PROJECT, 'dist/test/netlab/tracker-process.js');
    const command = [process.execPath, program, hostIp(SEED), `${TRACKER_PORT}`];
    this.#tracker = new HostProcess(SEED, command, path.join(this.#folder, 'tracker.log'));
    const url = `http://${hostIp(SEED)}:${TRACKER_PORT}/`;
    await eventually(
      'the tracker listens',
      async () => (await fetch(url).catch(() => undefined)) !== undefined,
    );
    this.#start(0);
    await pause(SEED_START_MS + this.torrents.torrentPaths.length * SEED_START_PER_TORRENT_MS);
    this.#seedCpuSeconds = (this.#peers[0] as HostProcess).cpuSeconds();
  }

  startOthers(): void {
    for (let edge = 1; edge <= this.#edges; edge++) this.#start(edge);
  }

  /** By edge: the time that its client wrote down. */
  async whenDone(deadlineMs: number): Promise<(number | undefined)[]> {
    const numbers = Array.from({ length: this.#edges }, (_, index) => index + 1);
    while (Date.now() < deadlineMs && !numbers.every((edge) => existsSync(this.#donePath(edge))))
      await pause(50);
    return numbers.map((edge) => {
      const donePath = this.#donePath(edge);
      return existsSync(donePath) ? Number(readFileSync(donePath, 'utf8')) * 1000 : undefined;
    });
  }

  /** Of the seed since the others started, and of the others. */
  cpuSeconds(): number {
    return this.#peers.reduce((sum, peer) => sum + peer.cpuSeconds(), 0) - this.#seedCpuSeconds;
  }

  wrongFiles(doneAtMs: readonly (number | undefined)[]): string[] {
    const faults: string[] = [];
    for (const [index, at] of doneAtMs.entries()) {
      if (at === undefined) continue;
      for (const [name, sha256] of this.torrents.contents) {
        const content = readFileSync(path.join(this.#saveFolder(index + 1), name));
        if (createHash('sha256').update(content).digest('hex') !== sha256)
          faults.push(`edge ${index + 1} has a wrong ${name}`);
      }
    }
    return faults;
  }

  async close(): Promise<void> {
    await Promise.all([this.#tracker, ...this.#peers].map((process) => process?.kill('SIGKILL')));
  }

  /** 0 is the seed. */
  #start(number: number): void {
    const saveFolder = this.#saveFolder(number);
    mkdirSync(saveFolder, { recursive: true });
    const host = SEED + number;
    const command = commandOf(this.#client, {
      ip: hostIp(host),
      torrentPaths: this.torrents.torrentPaths,
      saveFolder,
      donePath: this.#donePath(number),
    });
    this.#peers.push(new HostProcess(host, command, path.join(this.#folder, `peer-${number}.log`)));
  }

  #saveFolder(number: number): string {
    return path.join(this.#folder, `peer-${number}`);
  }

  #donePath(number: number): string {
    return path.join(this.#folder, `done-${number}`);
  }
}
