/**
 * The engine by itself: what a quiet torrent weighs, and whether a block costs the same in a large catalog and in a
 * large torrent as in small ones. Two engines talk with nothing between them, so that all CPU time is theirs.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { EngineInput } from '../../shared/engine/inputs.ts';
import { Geometry } from '../../shared/geometry.ts';
import { seededRandom } from '../../shared/random.ts';
import { BLOCK_BYTES, type InfoHash, type InfoHashV2, type LinkId, type PeerId } from '../../shared/units.ts';
import { median } from './median.ts';

const LINK = 1 as LinkId;
const NO_LEAVES = new Uint8Array(0);
const NOTHING = new Uint8Array(BLOCK_BYTES);
const ADDRESS = { ip: '10.0.0.2', port: 6881 };
const QUIET_TORRENTS = 10_000;
const QUIET_PIECES = 75;
const ROUNDS = 5;
const BLOCKS = 2_000;
const HANDSHAKES_MS = 10;

/** Flat, as strings from the network are: what is glued together weighs less once it is looked at. */
const hex = (number: number, digits: number) =>
  Buffer.from(number.toString(16).padStart(digits, '0')).toString();
const added = (number: number, geometry: Geometry, has: boolean): EngineInput => ({
  type: 'addTorrent',
  torrent: hex(number, 40) as InfoHash,
  infoHashV2: hex(number + 2 ** 40, 40).padEnd(64, '0') as InfoHashV2,
  geometry,
  verified: has ? Bitfield.full(geometry.pieceCount) : Bitfield.empty(geometry.pieceCount),
  want: 'all',
  superSeed: false,
  webSeed: false,
});
const engineOf = (number: number) =>
  createEngine({ peerId: hex(number, 40) as PeerId, listenPort: undefined, random: seededRandom(number) });

export interface EngineBench {
  readonly quietTorrents: number;
  readonly bytesPerQuietTorrent: number;
  readonly secondsToAdd: number;
  /** CPU time per block: with 10,000 torrents (1,000 of them on the link) over that with 10. */
  readonly torrentsRatio: number;
  /** Of a torrent of 100,000 pieces over one of 4,000. */
  readonly piecesRatio: number;
  readonly microsecondsPerBlock: number;
}

export function runEngineBench(): EngineBench {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const quiet = weighQuiet(collect);
  // The first runs are the compiler's.
  for (let run = 0; run < ROUNDS; run++) blockCost(20, 200, 0);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    small: blockCost(20, 200, 0),
    catalog: blockCost(1_000, 200, 10_000),
    short: blockCost(1, 4_000, 0),
    long: blockCost(1, 100_000, 0),
  }));
  return {
    ...quiet,
    torrentsRatio: median(rounds.map(({ small, catalog }) => catalog / small)),
    piecesRatio: median(rounds.map(({ short, long }) => long / short)),
    microsecondsPerBlock: median(rounds.map(({ small }) => small)),
  };
}

function weighQuiet(collect: () => void) {
  const geometry = new Geometry(BLOCK_BYTES, [QUIET_PIECES * BLOCK_BYTES]);
  const inputs = Array.from({ length: QUIET_TORRENTS }, (_, i) => added(i, geometry, true));
  const engine = engineOf(1);
  collect();
  collect();
  const before = process.memoryUsage();
  const cpuBefore = process.cpuUsage();
  for (const input of inputs) engine.step(input, 0);
  const { user, system } = process.cpuUsage(cpuBefore);
  collect();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
  // Looked at after the collection, or the engine would be collected too.
  engine.step({ type: 'tick' }, 0);
  return {
    quietTorrents: inputs.length,
    bytesPerQuietTorrent: bytes / inputs.length,
    secondsToAdd: (user + system) / 1e6,
  };
}

/** Microseconds of CPU per block, both sides together, once all channels are open. */
function blockCost(torrents: number, pieces: number, quietTorrents: number): number {
  const pair = new Pair();
  const geometry = new Geometry(BLOCK_BYTES, [pieces * BLOCK_BYTES]);
  for (let i = 0; i < quietTorrents; i++)
    for (const side of [0, 1]) pair.input(side, added(1e6 + i, geometry, true));
  for (let i = 0; i < torrents; i++)
    for (const side of [0, 1]) pair.input(side, added(i, geometry, side === 0));
  pair.connect(hex(0, 40) as InfoHash);
  for (let i = 0; i < torrents; i++)
    pair.input(1, { type: 'peersFound', torrent: hex(i, 40) as InfoHash, addresses: [ADDRESS] });
  pair.openChannels(torrents);
  const before = pair.blocks;
  const cpuBefore = process.cpuUsage();
  pair.run(before + BLOCKS);
  const { user, system } = process.cpuUsage(cpuBefore);
  return (user + system) / (pair.blocks - before);
}

/** A seed and who takes from it: actions of one are inputs of the other, a millisecond later. */
class Pair {
  readonly #engines: readonly Engine[] = [engineOf(1), engineOf(2)];
  #queue: { readonly side: number; readonly input: EngineInput }[] = [];
  #now = 0;

  get blocks(): number {
    return (this.#engines[1] as Engine).counters.fromPeersBytes / BLOCK_BYTES;
  }

  connect(torrent: InfoHash): void {
    const address = ADDRESS;
    this.input(0, { type: 'linkOpened', link: LINK, direction: 'inbound', address, torrent: undefined });
    this.input(1, { type: 'linkOpened', link: LINK, direction: 'outbound', address, torrent });
    for (let ms = 0; ms < HANDSHAKES_MS; ms++) this.#pass();
  }

  input(side: number, input: EngineInput): void {
    const { actions } = (this.#engines[side] as Engine).step(input, this.#now);
    for (const action of actions) this.#perform(side, action);
  }

  openChannels(count: number): void {
    while ((this.#engines[1] as Engine).channelCount < count) this.#pass();
  }

  /** Until so many blocks have come. */
  run(blocks: number): void {
    while (this.blocks < blocks) this.#pass();
  }

  /** A millisecond. */
  #pass(): void {
    const due = this.#queue;
    this.#queue = [];
    this.#now++;
    for (const { side, input } of due) this.input(side, input);
    for (const side of [0, 1]) this.input(side, { type: 'tick' });
  }

  #perform(side: number, action: EngineAction): void {
    const answer = (input: EngineInput, to = side) => this.#queue.push({ side: to, input });
    if (action.type === 'send') {
      let bytes = 0;
      for (const chunk of action.chunks) {
        bytes += chunk.length;
        answer({ type: 'linkData', link: LINK, bytes: chunk }, 1 - side);
      }
      answer({ type: 'linkSent', link: LINK, bytes });
    } else if (action.type === 'readBlock') {
      const { link, torrent, piece, beginBytes, lengthBytes } = action;
      answer({
        type: 'blockRead',
        link,
        torrent,
        piece,
        beginBytes,
        bytes: NOTHING.subarray(0, lengthBytes),
      });
    } else if (action.type === 'hashPiece') {
      const { torrent, piece } = action;
      answer({ type: 'pieceHashed', torrent, piece, verdict: 'ok', leaves: NO_LEAVES });
    } else if (action.type === 'writePiece') {
      answer({ type: 'pieceWritten', torrent: action.torrent, piece: action.piece, ok: true });
    } else if (action.type === 'dial' || action.type === 'close') {
      throw new Error(`the bench's link is not what the engine wants: ${JSON.stringify(action)}`);
    }
  }
}
