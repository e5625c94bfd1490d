/** One spread of a payload from an origin to edges that start empty and together: what fan-outs and faults share. */
import type { Lab } from './lab.ts';
import { boundSeconds, bytesPerSecond } from './metrics.ts';
import type { Published } from './published.ts';
import { type Behaviour, type ShapedEdge, ShapedFleet } from './shaped-fleet.ts';
import type { SeenSpread } from './simulated.ts';
import { pause } from './status-client.ts';
import { type HostFigures, type LinkShape, Switch } from './switch.ts';

export interface SpreadOptions {
  readonly published: Published;
  readonly seedUpKbit: number;
  readonly edgeLink: LinkShape;
  /** One for each edge. */
  readonly behaviours: readonly Behaviour[];
  /** These edges get SIGKILL when they have half of the payload. */
  readonly killed?: readonly number[];
  /** After all are complete, while they still run. */
  readonly check?: (fleet: ShapedFleet) => Promise<void>;
}

/** A client that takes longer is called not done. */
export const LIMIT_PER_BOUND = 12;
const LIMIT_EXTRA_MS = 30_000;

export const deadlineOf = (beginMs: number, bound: number): number =>
  beginMs + bound * 1000 * LIMIT_PER_BOUND + LIMIT_EXTRA_MS;

export async function spread(lab: Lab, options: SpreadOptions): Promise<SeenSpread> {
  const { published, seedUpKbit, edgeLink, behaviours } = options;
  const folder = await lab.freshFolder();
  const links = [{ ...edgeLink, upKbit: seedUpKbit }, ...behaviours.map(() => edgeLink)];
  const network = await Switch.start(links, folder);
  const fleet = new ShapedFleet(folder);
  let hosts: readonly HostFigures[] | undefined;
  try {
    await fleet.startOrigin(published.dataFolder);
    const beginMs = Date.now();
    for (const behaviour of behaviours) fleet.startEdge(behaviour);
    const payload = { totalBytes: published.totalBytes, links };
    const doneAtMs = await whenDone(fleet, options, deadlineOf(beginMs, boundSeconds(payload)));
    const cpuSeconds = fleet.cpuSeconds();
    await options.check?.(fleet);
    hosts = await network.stop();
    const seen = { beginMs, doneAtMs, cpuSeconds, hosts, sentBySeed: network.sentBySeed() };
    return { ...payload, client: 'shoal', published, ...seen };
  } finally {
    await fleet.close();
    if (hosts === undefined) await network.stop();
    await lab.removeFolder(folder);
  }
}

/** Nobody waits for a liar, which the others ban, longer than for them. */
async function whenDone(
  fleet: ShapedFleet,
  { published, edgeLink, killed = [] }: SpreadOptions,
  deadlineMs: number,
): Promise<(number | undefined)[]> {
  const { totalBytes: bytes, images } = published;
  const downBytesPerSecond = bytesPerSecond(edgeLink.downKbit);
  const wanted = { sets: images.length, bytes, downBytesPerSecond, deadlineMs };
  const isAwaited = ({ number, behaviour }: ShapedEdge) => behaviour !== 'liar' && !killed.includes(number);
  let awaited = fleet.edges.filter(isAwaited).length;
  const waits = fleet.edges.map(async (edge) => {
    if (killed.includes(edge.number)) return killHalfway(edge, bytes, deadlineMs);
    if (!isAwaited(edge)) return edge.client.completed({ ...wanted, isGivenUp: () => awaited === 0 });
    const at = await edge.client.completed(wanted);
    awaited--;
    return at;
  });
  return Promise.all(waits);
}

async function killHalfway(edge: ShapedEdge, bytes: number, deadlineMs: number): Promise<undefined> {
  const verified = async () => (await edge.client.status())?.bytes.verified ?? 0;
  while (Date.now() < deadlineMs && (await verified()) * 2 < bytes) await pause(100);
  await edge.process.kill('SIGKILL');
}
