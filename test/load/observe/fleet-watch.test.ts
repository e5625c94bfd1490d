import { expect, test } from 'vitest';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import { FleetWatch } from './fleet-watch.ts';

const holding = (complete: number): NodeStatus =>
  ({ role: 'edge', images: { known: 5, complete }, bytes: { fromPeers: 1, fromOrigin: 1 } }) as NodeStatus;

async function watched(...answers: readonly (NodeStatus | undefined)[]): Promise<FleetWatch> {
  const statusOf = async (node: number) => answers[node - 1];
  const watch = await FleetWatch.start({
    shopNodes: answers.map((_, at) => at + 1),
    tellsStatus: true,
    statusOf,
  });
  await watch.stop();
  return watch;
}

test('a fleet holds everything when each of its edges said so: one that never answered has said nothing', async () => {
  expect((await watched(holding(5), holding(5))).completeAtMs).toBeGreaterThan(0);
  expect((await watched(holding(5), holding(4))).completeAtMs).toBeUndefined();
  expect((await watched(holding(5), undefined)).completeAtMs).toBeUndefined();
  expect((await watched(undefined, undefined)).completeAtMs).toBeUndefined();
});
