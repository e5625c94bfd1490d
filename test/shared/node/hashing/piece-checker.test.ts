/** Goal: a thread judges pieces as the main thread does, and whatever happens to it, each piece gets its verdict. */
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { toHex } from '../../../../shared/bytes.ts';
import type { Metainfo } from '../../../../shared/metainfo/metainfo.ts';
import { type CheckedPiece, checkPiece } from '../../../../shared/node/hashing/check-piece.ts';
import { PieceChecker } from '../../../../shared/node/hashing/piece-checker.ts';
import type { PieceIndex } from '../../../../shared/units.ts';
import { makeRandomTorrent } from '../../../support/random-torrent.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

const MIB = 1024 * 1024;
/** Whole pieces, some of one part of the thread's and some of several; ends that are short, padded and not. */
const SIZES = [4 * MIB, 3 * MIB + 1, 700_001, 300_000, 262_144, 262_143, 1];

interface Sample {
  readonly metainfo: Metainfo;
  readonly pieces: readonly { readonly piece: PieceIndex; readonly content: Uint8Array }[];
}

async function makeSample(pieceLengthBytes: number): Promise<Sample> {
  const { metainfo, contents } = await makeRandomTorrent(tempDirectory(), SIZES, { pieceLengthBytes });
  const { geometry } = metainfo;
  const pieces = Array.from({ length: geometry.pieceCount }, (_, index) => {
    const piece = index as PieceIndex;
    const start = geometry.offsetInFile(piece);
    const file = contents[geometry.fileIndexOf(piece)] as Uint8Array;
    return { piece, content: file.subarray(start, start + geometry.contentLength(piece)) };
  });
  return { metainfo, pieces };
}

function startChecker(): { checker: PieceChecker; threads: Worker[]; losses: unknown[] } {
  const threads: Worker[] = [];
  const onWorker = (worker: Worker) => threads.push(worker);
  process.on('worker', onWorker);
  const losses: unknown[] = [];
  const checker = new PieceChecker((error) => losses.push(error));
  onTestFinished(async () => {
    process.off('worker', onWorker);
    await checker.close();
  });
  return { checker, threads, losses };
}

const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1);
const lyingV1 = (metainfo: Metainfo): Metainfo => ({
  ...metainfo,
  pieceHashesV1: flip(metainfo.pieceHashesV1),
});
const lyingV2 = (metainfo: Metainfo): Metainfo => ({
  ...metainfo,
  files: metainfo.files.map((file) => ({ ...file, pieceLayer: flip(file.pieceLayer) })),
});

const plain = ({ verdict, leaves }: CheckedPiece) => ({ verdict, leaves: toHex(leaves) });

test('every piece gets the verdict and the leaves that the main thread finds, right or wrong', async () => {
  const { checker, losses } = startChecker();
  for (const pieceLengthBytes of [256 * 1024, 2 * MIB]) {
    const { metainfo, pieces } = await makeSample(pieceLengthBytes);
    const halves = {
      ok: metainfo,
      v1: lyingV1(metainfo),
      v2: lyingV2(metainfo),
      both: lyingV1(lyingV2(metainfo)),
    };
    const verdicts = { ok: 'ok', v1: 'conflict', v2: 'conflict', both: 'bad' } as const;
    const asked = Object.entries(halves).flatMap(([name, torrent]) =>
      pieces.map(async ({ piece, content }) => {
        const found = plain(await checker.check(torrent, piece, content));
        expect(found).toEqual(plain(checkPiece(torrent, piece, content)));
        expect(found.verdict, 'threat row 6').toBe(verdicts[name as keyof typeof verdicts]);
      }),
    );
    await Promise.all(asked);
  }
  expect(losses).toEqual([]);
});

test('one flipped bit anywhere in a large piece makes it bad', async () => {
  const { checker } = startChecker();
  const { metainfo, pieces } = await makeSample(2 * MIB);
  const { piece, content } = pieces[0] as Sample['pieces'][number];
  for (const at of [0, 524_287, 524_288, 1_048_576, content.length - 1]) {
    const damaged = content.slice();
    damaged[at] = (damaged[at] as number) ^ 4;
    expect((await checker.check(metainfo, piece, damaged)).verdict).toBe('bad');
  }
});

test('content of another length is bad', async () => {
  const { checker } = startChecker();
  const { metainfo, pieces } = await makeSample(2 * MIB);
  const { piece, content } = pieces[0] as Sample['pieces'][number];
  for (const wrong of [content.subarray(1), new Uint8Array(2 * MIB + 1)])
    expect((await checker.check(metainfo, piece, wrong)).verdict).toBe('bad');
});

test('small pieces are judged at once, and start no thread', async () => {
  const { checker, threads } = startChecker();
  const { metainfo, pieces } = await makeSample(128 * 1024);
  for (const { piece, content } of pieces)
    expect(checker.check(metainfo, piece, content)).toMatchObject({ verdict: 'ok' });
  expect(threads).toEqual([]);
});

test('a thread that is killed midway costs no verdict, and is told once', async () => {
  const { checker, threads, losses } = startChecker();
  const { metainfo, pieces } = await makeSample(256 * 1024);
  const rounds = Array.from({ length: 5 }, () => pieces).flat();
  const asked = rounds.map(({ piece, content }) => checker.check(metainfo, piece, content));
  // The first is on its way to be answered, others wait for a place.
  await asked[0];
  await threads[0]?.terminate();
  for (const { verdict } of await Promise.all(asked)) expect(verdict).toBe('ok');
  expect(losses).toHaveLength(1);
  const { piece, content } = pieces[0] as Sample['pieces'][number];
  expect(checker.check(metainfo, piece, content), 'at once from now on').toMatchObject({ verdict: 'ok' });
  expect(checker.check(lyingV1(metainfo), piece, content)).toMatchObject({ verdict: 'conflict' });
  expect(threads).toHaveLength(1);
});

test('closing ends the thread though it is hashing, and nothing is answered or told after', async () => {
  const { checker, threads, losses } = startChecker();
  const { metainfo, pieces } = await makeSample(256 * 1024);
  const answers: CheckedPiece[] = [];
  for (const { piece, content } of pieces)
    void Promise.resolve(checker.check(metainfo, piece, content)).then((checked) => {
      if (content.length >= 256 * 1024) answers.push(checked);
    });
  await checker.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(threads[0]?.threadId, 'ended').toBe(-1);
  expect({ answers, losses }).toEqual({ answers: [], losses: [] });
});
