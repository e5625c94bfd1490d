/** The switch as a process: compiled at first use, started with the links of one run, its figures when it ends. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT } from '../support/fleet.ts';
import { ensureHosts, hostIp, hostName } from './hosts.ts';

export interface LinkShape {
  readonly upKbit: number;
  readonly downKbit: number;
}

export interface HostFigures {
  /** Frames with their headers, Ethernet's included. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly drops: number;
  /** Unix ms at which its first 32 KiB had left; undefined when they never did. */
  readonly firstMs: number | undefined;
}

/** A larger frame that the first host sent. */
export interface SentFrame {
  readonly atMs: number;
  readonly bytes: number;
  readonly toHost: number;
}

/** Of one access link; a path has two of them, there and back. */
export const DELAY_MS = 5;
export const RTT_MS = 4 * DELAY_MS;
/** 105 ms at 20 Mbit/s, as home routers have. */
export const QUEUE_KIB = 256;
const SOURCES = ['switch.c', 'hosts.h', 'frame-queue.h'];
/** Above the nodes: a link does not get slower because a node is busy. */
const NICENESS = -10;

function compiled(): string {
  const folder = path.join(PROJECT, 'test/netlab');
  const hash = createHash('sha256');
  for (const name of SOURCES) hash.update(readFileSync(path.join(folder, name)));
  const program = path.join(tmpdir(), `shoal-netlab-switch-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(program)) {
    const draft = `${program}.${Date.now()}`;
    execFileSync('gcc', ['-O2', '-Wall', '-o', draft, path.join(folder, 'switch.c')]);
    renameSync(draft, program);
  }
  return program;
}

export class Switch {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #links: readonly LinkShape[];
  readonly #linksPath: string;
  readonly #tracePath: string;

  private constructor(
    child: ChildProcess,
    links: readonly LinkShape[],
    linksPath: string,
    tracePath: string,
  ) {
    this.#process = child;
    this.#links = links;
    this.#linksPath = linksPath;
    this.#tracePath = tracePath;
  }

  /** Resolves when every host has its address. @param links in the order of the hosts, the seed's first */
  static async start(links: readonly LinkShape[], folder: string): Promise<Switch> {
    ensureHosts(links.length);
    const linksPath = path.join(folder, 'links');
    const tracePath = path.join(folder, 'sent-by-seed');
    writeLinks(linksPath, links, 0);
    const child = spawn(compiled(), [linksPath, tracePath], { stdio: ['ignore', 'pipe', 'inherit'] });
    const made = new Switch(child, links, linksPath, tracePath);
    await made.#ready();
    setPriority(child.pid as number, NICENESS);
    return made;
  }

  async #ready(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#process.once('exit', (code) => reject(new Error(`the switch ended with ${code}`)));
      createInterface(this.#process.stdout as NodeJS.ReadableStream).on('line', (line) => {
        if (line === 'ready') resolve();
        else this.#lines.push(line);
      });
    });
  }

  /** From now on so many of a hundred frames on their way between two hosts are lost, at random. */
  lose(percent: number): void {
    writeLinks(this.#linksPath, this.#links, percent);
    this.#process.kill('SIGHUP');
  }

  /** Figures in the order of the hosts. */
  async stop(): Promise<readonly HostFigures[]> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'close');
    }
    return this.#lines.map(readFigures);
  }

  /** What the first host sent in larger frames; for when the switch has stopped. */
  sentBySeed(): readonly SentFrame[] {
    const rows = readFileSync(this.#tracePath, 'latin1').trim().split('\n');
    return rows.map((row) => {
      const [seconds, bytes, toHost] = row.split(' ').map(Number) as [number, number, number];
      return { atMs: seconds * 1000, bytes, toHost };
    });
  }
}

function writeLinks(linksPath: string, links: readonly LinkShape[], lossPercent: number): void {
  const lines = links.map(({ upKbit, downKbit }, index) => {
    const host = [hostName(index + 1), hostName(index + 1), hostIp(index + 1)];
    return [...host, upKbit, downKbit, DELAY_MS, lossPercent, QUEUE_KIB].join(' ');
  });
  writeFileSync(linksPath, `${lines.join('\n')}\n`);
}

function readFigures(line: string): HostFigures {
  const figure = (name: string) => Number(new RegExp(` ${name}=([0-9.]+)`).exec(line)?.[1]);
  const first = figure('first');
  return {
    upBytes: figure('up_bytes'),
    downBytes: figure('down_bytes'),
    drops: figure('drops'),
    firstMs: first === 0 ? undefined : first * 1000,
  };
}
