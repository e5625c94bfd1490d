/** What the browser and the node say of one image that came: bytes, time, and from where the node had them. */

export interface ImageTiming {
  /** Of the image; null: the node does not let the page know. */
  readonly bytes: number | null;
  /** From asking to the last byte. */
  readonly durationMs: number;
  /** Nothing went over the network: it was in the browser. */
  readonly fromCache: boolean;
  /** Where the node had it: `memory`, `disk` or `swarm`; null: it did not say. */
  readonly nodeHadItIn: string | null;
  /** Of the bytes, those that came from other nodes while the shopper waited. */
  readonly bytesFromPeers: number;
}

interface ServerTiming {
  readonly name: string;
  readonly description: string;
}

/** The parts of PerformanceResourceTiming that are used. */
export interface ResourceTiming {
  readonly duration: number;
  readonly encodedBodySize: number;
  readonly transferSize: number;
  readonly deliveryType?: string;
  readonly serverTiming: readonly ServerTiming[];
}

/** Server-Timing as shared/node/http/where-from.ts writes it. */
export function readImageTiming(entry: ResourceTiming): ImageTiming {
  const bytes = entry.encodedBodySize > 0 ? entry.encodedBodySize : null;
  const source = entry.serverTiming.find(({ name }) => name === 'source')?.description ?? null;
  const swarm = /^(\d{1,12}) bytes$/.exec(
    entry.serverTiming.find(({ name }) => name === 'swarm')?.description ?? '',
  );
  const whole = source === 'swarm' && swarm === null && !sentCounts(entry.serverTiming);
  return {
    bytes,
    durationMs: entry.duration,
    fromCache: bytes !== null && entry.transferSize === 0,
    nodeHadItIn: source,
    bytesFromPeers: whole ? (bytes ?? 0) : Math.min(Number(swarm?.[1] ?? 0), bytes ?? 0),
  };
}

const sentCounts = (timings: readonly ServerTiming[]) =>
  timings.some(({ name }) => name === 'disk' || name === 'web-seed');
