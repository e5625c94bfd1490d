/** Every number that the engine is tuned by, drawn anew: from a fraction of its default to a multiple. */
import type { EngineTunables } from '../../shared/engine/options.ts';
import type { Random } from '../../shared/random.ts';

/**
 * Whole number from `low` to `high`; every octave is as likely. Only additions and products of whole numbers and one
 * division: powers and logarithms differ in their last bit from machine to machine.
 */
export function between(random: Random, low: number, high: number): number {
  let octaves = 0;
  while (low * 2 ** (octaves + 1) <= high) octaves++;
  const begin = low * 2 ** random.integer(octaves + 1);
  const end = Math.min(2 * begin, high);
  return Math.floor(begin + random.fraction() * (end - begin + 1));
}

export const chance = (random: Random, share: number): boolean => random.fraction() < share;

export function drawTunables(random: Random): EngineTunables {
  const draw = (low: number, high: number) => between(random, low, high);
  const minRequests = draw(1, 8);
  const initialRequests = minRequests + draw(1, 16);
  return {
    uploadSlots: draw(2, 20),
    strangerSlots: draw(1, 20),
    chokingRoundMs: draw(2_000, 20_000),
    optimisticRoundMs: draw(5_000, 60_000),
    snubAfterMs: draw(10_000, 120_000),
    handshakeTimeoutMs: draw(3_000, 20_000),
    keepAliveMs: draw(20_000, 60_000),
    silenceTimeoutMs: draw(90_000, 180_000),
    minRequests,
    initialRequests,
    maxRequests: initialRequests + draw(8, 500),
    requestLatencyMs: draw(10, 300),
    requestTimeoutMs: draw(2_000, 20_000),
    channelTimeoutMs: draw(10_000, 60_000),
    endGameAfterMs: draw(50, 3_000),
    haveHoldMs: draw(1, 300),
    maxQueuedUploads: draw(64, 2_000),
    maxQueuedUploadBytes: draw(4 << 20, 32 << 20),
    allowedFastBytesPerSecond: draw(1 << 10, 256 << 10),
    allowedFastBurstBytes: draw(64 << 10, 4 << 20),
    sendBufferBytes: draw(32 << 10, 512 << 10),
    maxUnsentBytes: draw(4 << 20, 16 << 20),
    maxUnwrittenBytes: draw(1 << 20, 64 << 20),
    maxLinks: draw(1_000, 4_000),
    reservedFleetLinks: draw(10, 500),
    maxLinksPerTorrent: draw(4, 60),
    maxAddressesPerTorrent: draw(50, 1_000),
    redialAfterMs: draw(500, 5_000),
    readerHedgeMs: draw(50, 1_000),
    readerFetches: minRequests,
    webSeedIdleMs: draw(1_000, 10_000),
    webSeedPatienceMs: draw(5_000, 60_000),
    webSeedFetchBytes: draw(64 << 10, 4 << 20),
    superSeedWindowBytes: draw(32 << 10, 1 << 20),
    superSeedStallMs: draw(100, 5_000),
    giftSetBytes: chance(random, 0.3) ? 0 : draw(64 << 10, 4 << 20),
    seedShareBytes: draw(256 << 10, 8 << 20),
    banMs: draw(60_000, 3_600_000),
    picker: { endGameCopies: 1 + random.integer(4) },
  };
}
