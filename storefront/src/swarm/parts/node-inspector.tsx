import type { JSX } from 'preact';
import {
  type End,
  endBetween,
  type NodePicture,
  type Picture,
  type SetPicture,
  type View,
} from '../../../../shared/trace/picture.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { pieceState, shownSets } from '../log/scene-of.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { rarestOf } from '../meters/figures-of.ts';
import { useViewer } from '../viewer-context.ts';
import { nameOf, nodeSentence } from '../words/sentences.ts';
import { InspectorHead } from './inspector-head.tsx';
import { RankingTable, RequestsTable } from './node-tables.tsx';
import { AvailabilityStrip, PieceStrip } from './strip.tsx';

/** Of a catalog the newest sets: more strips nobody compares. */
const MOST_SETS = 4;

interface NodeProps {
  readonly log: SwarmLog;
  readonly atMs: number;
  readonly index: number;
}

export function NodeInspector({ log, atMs, index }: NodeProps): JSX.Element | null {
  const picture = log.pictureAt(atMs);
  const node = picture.nodes[index];
  if (node === undefined) return <p class="hint">This node has not come yet.</p>;
  const sets = shownSets(picture).slice(-MOST_SETS);
  return (
    <>
      <InspectorHead title={node.name} />
      <p>{nodeSentence(node)}</p>
      <NodeFacts node={node} atMs={atMs} />
      {sets.map((set) => (
        <SetStrips key={set} picture={picture} node={node} set={picture.sets[set] as View<SetPicture>} />
      ))}
      <RequestsTable picture={picture} node={index} atMs={atMs} />
      <RankingTable picture={picture} node={node} atMs={atMs} />
      <LinkButtons picture={picture} node={index} />
    </>
  );
}

function NodeFacts({ node, atMs }: { readonly node: View<NodePicture>; readonly atMs: number }): JSX.Element {
  const rate = (bytes: number) => `${bytesWords(bytes)}/s`;
  const rows: (readonly [string, string])[] = [
    ['Sent', `${bytesWords(node.sent.totalBytes)}, now ${rate(node.sent.bytesPerSecond(atMs))}`],
    ['Received', `${bytesWords(node.received.totalBytes)}, now ${rate(node.received.bytesPerSecond(atMs))}`],
  ];
  if (node.webSeedBytes > 0) rows.push(['From the web seed', bytesWords(node.webSeedBytes)]);
  if (node.wastedBytes > 0) rows.push(['Came for nothing', bytesWords(node.wastedBytes)]);
  if (node.upBytesPerSecond !== undefined && node.downBytesPerSecond !== undefined)
    rows.push(['Its line', `${rate(node.upBytesPerSecond)} up, ${rate(node.downBytesPerSecond)} down`]);
  rows.push(['Peer id', `${node.peerId.slice(0, 16)}…`]);
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Its own pieces by rendition, how many nodes hold each, and what each linked peer has. */
function SetStrips({
  picture,
  node,
  set,
}: {
  readonly picture: View<Picture>;
  readonly node: View<NodePicture>;
  readonly set: View<SetPicture>;
}): JSX.Element | null {
  const holding = node.holdings.get(set.index);
  if (holding === undefined) return null;
  const nodesUp = picture.nodes.filter(({ isUp }) => isUp).length;
  const states = (of: typeof holding) => Uint8Array.from(of.pieces, (_, piece) => pieceState(of, piece));
  const own = states(holding);
  const peers = picture.nodes.filter(
    (peer) => peer !== node && endBetween(picture, node.index, peer.index) !== undefined,
  );
  return (
    <div class="strips">
      <h3>{set.name === '' ? `Image set ${set.index + 1}` : set.name}</h3>
      {set.files.map(({ name, firstPiece, pieceCount, bytes }) => (
        <div class="strips__row" key={name}>
          <span>{name}</span>
          <PieceStrip
            pieces={{
              states: own.subarray(firstPiece, firstPiece + pieceCount),
              wanted: holding.wanted.subarray(firstPiece, firstPiece + pieceCount),
            }}
            label={`${name}, ${bytesWords(bytes)}: ${countHeld(own, firstPiece, pieceCount)} of ${pieceCount} pieces`}
          />
        </div>
      ))}
      <div class="strips__row">
        <span>held by</span>
        <AvailabilityStrip
          counts={Uint16Array.from(set.availability)}
          nodes={nodesUp}
          label={`Each piece is held by at least ${rarestOf([set])} of ${nodesUp} nodes`}
        />
      </div>
      <h3>What its peers have</h3>
      {peers.map((peer) => {
        const theirs = peer.holdings.get(set.index);
        return theirs === undefined ? null : (
          <div class="strips__row" key={peer.index}>
            <span>{peer.name}</span>
            <PieceStrip
              pieces={{ states: states(theirs), wanted: theirs.wanted }}
              label={`${peer.name}: ${theirs.heldCount} of ${theirs.pieces.length} pieces`}
            />
          </div>
        );
      })}
    </div>
  );
}

function countHeld(states: Uint8Array, first: number, count: number): number {
  let held = 0;
  for (let piece = first; piece < first + count; piece++) if ((states[piece] as number) >= 2) held++;
  return held;
}

function LinkButtons({
  picture,
  node,
}: {
  readonly picture: View<Picture>;
  readonly node: number;
}): JSX.Element {
  const viewer = useViewer();
  const peers = [...picture.ends.values()]
    .filter((end: View<End>) => end.node === node && end.isReady)
    .flatMap(({ peer }) => (peer === undefined ? [] : [peer]));
  return (
    <>
      <h3>Its links</h3>
      {peers.length === 0 && <p class="hint">It has none.</p>}
      <div class="chips">
        {[...new Set(peers)].map((peer) => (
          <button
            key={peer}
            type="button"
            class="chip chip--tight"
            onFocus={() => viewer.pointedAt.set({ kind: 'link', a: node, b: peer })}
            onBlur={() => viewer.pointedAt.set(undefined)}
            onClick={() => viewer.select({ kind: 'link', a: node, b: peer })}
          >
            {nameOf(picture, peer)}
          </button>
        ))}
      </div>
    </>
  );
}
