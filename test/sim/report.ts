/** What a run tells: a row of the table, and where the time went. */
import type { FanOut } from './fan-out.ts';
import type { FanOutResult } from './fan-out-result.ts';
import type { GrowthPoint } from './growth.ts';

export const TABLE_HEAD =
  '| hosts | sets | MiB | seconds | bound | ratio | copies from the origin | wasted bytes |\n|---|---|---|---|---|---|---|---|';

export function tableRow(options: FanOut, result: FanOutResult): string {
  const { seconds, boundSeconds, ratio, originCopies, wastedBytes, isComplete } = result;
  const cells = [
    options.hosts,
    options.sets,
    options.mib,
    isComplete ? seconds.toFixed(2) : `not done in ${seconds.toFixed(0)}`,
    boundSeconds.toFixed(2),
    ratio.toFixed(3),
    originCopies.toFixed(3),
    wastedBytes,
  ];
  return `| ${cells.join(' | ')} |`;
}

export const GROWTH_HEAD =
  '| hosts | sets | all complete, s | last / bound | copies from the origin | announces a second | feed frames a second, to / from the origin | of an edge, bytes | links of a node | memory of a node, KiB |\n|---|---|---|---|---|---|---|---|---|---|';

export function growthRow({ options: { hosts, sets }, result, load }: GrowthPoint): string {
  const { seconds, ratio, originCopies, isComplete, feed } = result;
  const cells = [
    hosts,
    sets,
    isComplete ? seconds.toFixed(2) : `not done in ${seconds.toFixed(0)}`,
    ratio.toFixed(3),
    originCopies.toFixed(3),
    load.announcesPerSecond.toFixed(1),
    `${(feed.upFrames / seconds).toFixed(1)} / ${(feed.downFrames / seconds).toFixed(1)}`,
    `${(feed.upBytes / hosts).toFixed(0)} / ${(feed.downBytes / hosts).toFixed(0)}`,
    load.linksPerNode.toFixed(1),
    load.kibPerNode.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
const perSecond = (shares: readonly number[]) =>
  shares.map((share) => (share * 100).toFixed(0).padStart(3)).join(' ');

export function causeLines({ causes }: FanOutResult): string {
  const { firstBlockSeconds, firstCopySeconds, originIdleSeconds, tailSeconds } = causes;
  return [
    `first block leaves the origin after ${firstBlockSeconds.toFixed(2)} s; each has left once after ${firstCopySeconds.toFixed(2)} s,`,
    `  of which its uplink was idle ${originIdleSeconds.toFixed(2)} s; ${causes.originRepeatedMib.toFixed(2)} MiB left it again`,
    `from there ${tailSeconds.toFixed(2)} s to the last host; first host done ${causes.firstDoneSeconds.toFixed(2)} s, median ${causes.medianDoneSeconds.toFixed(2)} s`,
    `uplinks of the hosts in use: ${percent(causes.hostUpUse)} until that copy, ${percent(causes.hostUpUseInTail)} after it; not payload: ${(causes.overheadShare * 100).toFixed(2)} %; drops: ${causes.drops}`,
    `dials ${causes.dials}, failed ${causes.failedDials}, connections ${causes.links}; closed: ${JSON.stringify(causes.closeReasons)}`,
    `origin's uplink in use, % per second: ${perSecond(causes.originUse)}`,
    `hosts' uplinks in use, % per second:  ${perSecond(causes.hostUse)}`,
  ].join('\n');
}
