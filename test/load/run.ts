/** What all modes of a run have in common. */
import type { Wish } from './driver/drive.ts';
import type { LoadFleet, Mode } from './nodes/load-fleet.ts';
import type { Progress } from './progress.ts';
import type { Scenario } from './scenarios.ts';
import type { PlannedRequest } from './traffic/plan.ts';
import type { Shop } from './traffic/shop.ts';

export interface Run {
  readonly open: (mode: Mode) => Promise<LoadFleet>;
  readonly scenario: Scenario;
  readonly edges: number;
  readonly shop: Shop;
  /** Of each rendition's URL, hexadecimal SHA-256 of its content. */
  readonly digests: ReadonlyMap<string, string>;
  readonly plan: readonly PlannedRequest[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export function wishOf({ shop, digests }: Pick<Run, 'shop' | 'digests'>, request: PlannedRequest): Wish {
  const { url, type, bytes } = shop.images[request.image]!.renditions[request.rendition]!;
  return { path: url, type, bytes, digest: digests.get(url) };
}
