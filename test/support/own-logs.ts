import type { TraceRecord } from '../../shared/trace/record.ts';

/** What each node of a simulated swarm would have told by itself: its own records under indexes of its own. */
export function ownLogs(records: readonly TraceRecord[]): TraceRecord[][] {
  const nodes = records.flatMap((record) => (record.type === 'node' ? [record] : []));
  return nodes.map((self) => {
    const others = nodes.filter((node) => node !== self);
    const index = new Map([self, ...others].map((node, i) => [node.node, i]));
    const links = new Map<number, number>();
    const own: TraceRecord[] = [
      { ...self, node: 0 },
      ...others.map((node, i) => ({ ...node, node: i + 1, role: 'stranger' as const, name: 'somebody' })),
      ...records.flatMap((record) => (record.type === 'set' ? [record] : [])),
    ];
    for (const record of records) {
      if (record.type === 'node' || !('node' in record) || record.node !== self.node) continue;
      if (record.type === 'linkOpened') links.set(record.link, links.size);
      const told: Record<string, unknown> = { ...record, node: 0 };
      if ('link' in record) told.link = links.get(record.link);
      if ('peer' in record && record.peer !== undefined) told.peer = index.get(record.peer);
      own.push(told as unknown as TraceRecord);
    }
    return own;
  });
}
