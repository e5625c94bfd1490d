/** The loopback link beside libtorrent's, with the same payload, in turns. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { libtorrentVersion, runLibtorrentLink } from './libtorrent-link.ts';
import { makeLinkPayload } from './link-payload.ts';
import { runLoopbackBench } from './loopback.ts';
import { median } from './median.ts';
import type { Row } from './row.ts';

const RUNS = 5;

/** What was measured of one program, run by run. */
class Runs {
  readonly rates: number[] = [];
  readonly cpuSeconds: number[] = [];

  add(mebibytesPerSecond: number, cpuSeconds: number): void {
    this.rates.push(mebibytesPerSecond);
    this.cpuSeconds.push(cpuSeconds);
  }

  get text(): string {
    const all = this.rates.map((rate) => rate.toFixed(0)).join(', ');
    return `${median(this.rates).toFixed(0)} MiB/s (${all}), ${median(this.cpuSeconds).toFixed(1)} s of CPU`;
  }
}

export async function linkRows(): Promise<readonly Row[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'shoal-link-'));
  try {
    const payload = await makeLinkPayload(directory);
    const version = libtorrentVersion();
    const ours = new Runs();
    const hybrid = new Runs();
    const v1 = new Runs();
    for (let run = 0; run < RUNS; run++) {
      const { mebibytesPerSecond, seed, leech } = await runLoopbackBench(payload);
      ours.add(mebibytesPerSecond, seed.cpuSeconds + leech.cpuSeconds);
      if (version === undefined) continue;
      for (const [runs, torrent] of [
        [hybrid, payload.hybridTorrentPath],
        [v1, payload.v1TorrentPath],
      ] as const) {
        const result = await runLibtorrentLink(payload, torrent);
        runs.add(result.mebibytesPerSecond, result.cpuSeconds);
      }
    }
    const what = `one link over loopback, ${payload.totalBytes / 1024 ** 2} MiB, verified and written`;
    if (version === undefined)
      return [{ what, measured: ours.text, mark: 'at least 200 MiB/s', isMet: median(ours.rates) >= 200 }];
    const row = (beside: string, runs: Runs): Row => {
      const ratio = median(ours.rates) / median(runs.rates);
      const measured = `${ratio.toFixed(2)}: ${ours.text}, beside ${runs.text}`;
      return { what: `${what}, beside ${beside}`, measured, mark: 'at least 1', isMet: ratio >= 1 };
    };
    return [
      row(`libtorrent ${version} with the same torrent`, hybrid),
      row(`libtorrent ${version} with a v1 torrent, which it hashes once`, v1),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
