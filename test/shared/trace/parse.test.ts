import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../shared/random.ts';
import { MAX_LINE_CHARACTERS, parseTrace, TraceParser } from '../../../shared/trace/parse.ts';
import type { TraceRecord } from '../../../shared/trace/record.ts';
import { headerLine, makeHeader, recordLine, writeTrace } from '../../../shared/trace/write.ts';
import { tracedRun } from '../../support/traced-run.ts';

const header = makeHeader({ source: 'simulation', wallMs: 0, scenario: 's', seed: 1, command: '' });
const PEER_ID = 'ab'.repeat(20);
const aNode = (node: number, t = 0): TraceRecord => ({
  t,
  type: 'node',
  node,
  name: `edge ${node}`,
  role: 'edge',
  peerId: PEER_ID,
});
const aSet = (set: number): TraceRecord => ({
  t: 0,
  type: 'set',
  set,
  infoHash: PEER_ID,
  imageId: '',
  name: 'photo',
  bytes: 40_000,
  pieceLengthBytes: 16_384,
  pieceCount: 3,
  files: [{ name: '320.avif', bytes: 40_000, firstPiece: 0, pieceCount: 3 }],
});

/** Which lines are refused, and why; the others are read. */
function readLines(...lines: string[]) {
  const parser = new TraceParser();
  const records = parser.feed(headerLine(header) + lines.map((line) => `${line}\n`).join(''));
  return { records, refused: parser.refused };
}
const line = (record: object) => JSON.stringify(record);

describe('a log', () => {
  it('reads as it was written, whatever chunks it comes in', () => {
    const { header: written, records } = tracedRun('a-liar');
    const text = writeTrace(written, records);
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const parser = new TraceParser();
      const read: TraceRecord[] = [];
      for (let at = 0; at < text.length; ) {
        const length = 1 + random.integer(20_000);
        read.push(...parser.feed(text.slice(at, at + length)));
        at += length;
      }
      expect(parser.header, `seed ${seed}`).toEqual(written);
      expect(read, `seed ${seed}`).toEqual(records);
      expect(parser.refused.count).toBe(0);
    }
  });

  it('that was cut within a line is read up to the line before', () => {
    const { header: written, records } = tracedRun('three-edges');
    const text = writeTrace(written, records);
    const parser = new TraceParser();
    expect(parser.feed(text.slice(0, -3))).toEqual(records.slice(0, -1));
    expect(parser.refused.count).toBe(0);
  });

  it('fields that nobody knows are left out', () => {
    const { records } = readLines(line({ ...aNode(0), colour: 'red', __proto__: null }));
    expect(records).toEqual([aNode(0)]);
  });
});

describe('what is refused', () => {
  it.each([
    ['no JSON', 'nonsense', 'trace_line_invalid'],
    ['JSON that is no object', '[1]', 'trace_line_invalid'],
    ['a type that nobody knows', line({ t: 0, type: 'party' }), 'trace_line_invalid'],
    ['a name of Object.prototype for a type', line({ t: 0, type: 'constructor' }), 'trace_line_invalid'],
    ['a field that is missing', line({ t: 0, type: 'left' }), 'trace_line_invalid'],
    ['an index that is no whole number', line({ t: 0, type: 'left', node: 0.5 }), 'trace_line_invalid'],
    ['a time below 0', line({ t: -1, type: 'left', node: 0 }), 'trace_line_invalid'],
    ['a time that is no number', line({ t: '1', type: 'left', node: 0 }), 'trace_line_invalid'],
    ['a node that did not appear', line({ t: 0, type: 'left', node: 7 }), 'trace_index_unknown'],
    ['a node out of turn', line(aNode(5)), 'trace_index_unknown'],
    ['a set out of turn', line(aSet(3)), 'trace_index_unknown'],
    ['a file beyond its set', line({ ...aSet(1), pieceCount: 2 }), 'trace_index_unknown'],
    [
      'a piece beyond its set',
      line({ t: 0, type: 'pieceLost', node: 0, set: 0, piece: 3 }),
      'trace_index_unknown',
    ],
    [
      'a bitfield of another length',
      line({ t: 0, type: 'joined', node: 0, set: 0, held: 'ffff', want: 'all' }),
      'trace_index_unknown',
    ],
    ['a link of another node', line({ t: 0, type: 'choked', node: 1, link: 0 }), 'trace_index_unknown'],
    ['a line that is too long', `"${'x'.repeat(MAX_LINE_CHARACTERS)}"`, 'trace_line_too_long'],
  ])('%s, and what follows is read', (_, wrong, code) => {
    const before = [
      aNode(0),
      aNode(1),
      aSet(0),
      { t: 0, type: 'linkOpened', node: 0, link: 0, direction: 'inbound' },
    ];
    const { records, refused } = readLines(...before.map(line), wrong, line({ t: 3, type: 'left', node: 0 }));
    expect(refused).toEqual({ count: 1, firstLine: 6, firstCode: code });
    expect(records).toEqual([...before, { t: 3, type: 'left', node: 0 }]);
  });

  it('a time before the record before', () => {
    const { records, refused } = readLines(line(aNode(0, 5)), line({ t: 4, type: 'left', node: 0 }));
    expect(records).toHaveLength(1);
    expect(refused.firstCode).toBe('trace_time_back');
  });

  it.each([
    ['another format', '{"format":"other"}', 'trace_header_invalid'],
    ['no JSON', 'x', 'trace_header_invalid'],
    ['nothing', '', 'trace_header_invalid'],
    ['a later version', line({ ...header, version: 2 }), 'trace_version_unknown'],
    ['a source of another kind', line({ ...header, source: 'dream' }), 'trace_header_invalid'],
    ['a bound without bytes', line({ ...header, bound: {} }), 'trace_header_invalid'],
  ])('a header of %s ends it', (_, first, code) => {
    expect(() => parseTrace(`${first}\n`)).toThrow(expect.objectContaining({ code }));
  });

  it('a first line without an end is not kept for ever', () => {
    const parser = new TraceParser();
    expect(() => {
      for (let i = 0; i < 100; i++) parser.feed('x'.repeat(1_000));
    }).toThrow(expect.objectContaining({ code: 'trace_header_invalid' }));
  });

  it('a line without an end costs no memory beyond its limit, and is counted once', () => {
    const parser = new TraceParser();
    parser.feed(headerLine(header));
    for (let i = 0; i < 1_000; i++) parser.feed('x'.repeat(1_000));
    expect(parser.feed(`\n${recordLine(aNode(0))}`)).toEqual([aNode(0)]);
    expect(parser.refused).toEqual({ count: 1, firstLine: 2, firstCode: 'trace_line_too_long' });
  });

  it('a log of a thousand wrong lines is given up', () => {
    const parser = new TraceParser();
    parser.feed(headerLine(header));
    expect(() => parser.feed('x\n'.repeat(1_001))).toThrow(
      expect.objectContaining({ code: 'trace_too_many_refused' }),
    );
  });
});

/** Changes some characters of the text. */
function damaged(text: string, random: Random): string {
  let changed = text;
  for (let i = 1 + random.integer(20); i > 0; i--) {
    const at = random.integer(changed.length);
    const cut = random.integer(5);
    const added =
      random.integer(3) === 0
        ? String.fromCharCode(random.integer(0x250))
        : '"{}[]:,0189e-\n'.charAt(random.integer(14));
    changed = changed.slice(0, at) + added + changed.slice(at + cut);
  }
  return changed;
}

describe('threats', () => {
  it('damaged logs are read or refused by a code, and whatever is read makes a picture (300 seeds)', async () => {
    const { Timeline } = await import('../../../shared/trace/timeline.ts');
    const { header: written, records } = tracedRun('three-edges');
    const text = writeTrace(written, records.slice(0, 400));
    for (let seed = 1; seed <= 300; seed++) {
      try {
        const read = parseTrace(damaged(text, seededRandom(seed)));
        const timeline = new Timeline(read.header);
        timeline.append(read.records);
        timeline.pictureAt(timeline.endMs / 2);
      } catch (error) {
        expect(error, `seed ${seed}`).toMatchObject({
          name: 'PeerError',
          code: expect.stringMatching(/^trace_/),
        });
      }
    }
  });
});
