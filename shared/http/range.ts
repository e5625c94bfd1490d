/**
 * Range (RFC 9110 section 14). Not the package range-parser: it calls a suffix longer than the file unsatisfiable
 * where section 14.1.2 wants the whole file, drops a reversed range where it must void the field, reads digits
 * beyond 2^53, and takes any number of ranges.
 */

/** Bytes [startBytes, endBytes) of a file. */
export interface ByteRange {
  readonly startBytes: number;
  readonly endBytes: number;
}

export type RangeWish =
  /** No range, one we do not understand, or too costly ones: answer 200 with everything. */
  | { readonly type: 'whole' }
  /** Understood, but nothing of it lies in the file: 416. */
  | { readonly type: 'unsatisfiable' }
  /** One or more, in the order asked for, none touching another. */
  | { readonly type: 'ranges'; readonly ranges: readonly ByteRange[] };

/** Apache dropped requests for more after CVE-2011-3192 (threat row 42); viewers and web seeds ask for one or two. */
const MAX_RANGES = 5;
/** Five ranges of 2 x 15 digits fit four times over. */
const MAX_HEADER_CHARACTERS = 1024;
/** Larger than any file and still an exact number; longer digit strings count as this (threat row 43). */
const BEYOND_ANY_FILE = 1e15;

const WHOLE: RangeWish = { type: 'whole' };
const UNSATISFIABLE: RangeWish = { type: 'unsatisfiable' };

/** What a Range field asks of a file of `sizeBytes`. */
export function parseRange(header: string | undefined, sizeBytes: number): RangeWish {
  if (header === undefined || header.length > MAX_HEADER_CHARACTERS) return WHOLE;
  const match = /^bytes=(.*)$/i.exec(header);
  if (match === null) return WHOLE;
  const wanted: ByteRange[] = [];
  let specs = 0;
  for (const member of (match[1] as string).split(',')) {
    const spec = member.replace(/^[ \t]+|[ \t]+$/g, '');
    // Empty list members are to be ignored (RFC 9110 section 5.6.1.2).
    if (spec === '') continue;
    specs += 1;
    const range = parseSpec(spec, sizeBytes);
    if (range === undefined || specs > MAX_RANGES) return WHOLE;
    if (range.startBytes < range.endBytes) wanted.push(range);
  }
  if (specs === 0) return WHOLE;
  if (wanted.length === 0) return UNSATISFIABLE;
  return affordable(wanted, sizeBytes);
}

/** `undefined`: malformed, which voids the whole field. An empty range: fine, but outside the file. */
function parseSpec(spec: string, sizeBytes: number): ByteRange | undefined {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return undefined;
    return { startBytes: Math.max(0, sizeBytes - readDigits(last)), endBytes: sizeBytes };
  }
  const startBytes = readDigits(first);
  if (last === '') return { startBytes, endBytes: sizeBytes };
  if (isSmaller(last, first)) return undefined;
  return { startBytes, endBytes: Math.min(readDigits(last) + 1, sizeBytes) };
}

function readDigits(digits: string): number {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return significant.length > 15 ? BEYOND_ANY_FILE : Number(significant);
}

function isSmaller(a: string, b: string): boolean {
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  return left.length === right.length ? left < right : left.length < right.length;
}

/** Several ranges that together ask for the file's size or more are an attack or a mistake (threat row 42). */
function affordable(wanted: readonly ByteRange[], sizeBytes: number): RangeWish {
  if (wanted.length === 1) return { type: 'ranges', ranges: wanted };
  let sum = 0;
  for (const range of wanted) sum += range.endBytes - range.startBytes;
  return sum >= sizeBytes ? WHOLE : { type: 'ranges', ranges: coalesce(wanted) };
}

/** Joins ranges that overlap or touch, each at the place of its earliest member (RFC 9110 section 15.3.7.2). */
function coalesce(wanted: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of wanted) {
    let whole = range;
    let place = joined.length;
    for (let i = joined.length - 1; i >= 0; i--) {
      const other = joined[i] as ByteRange;
      if (other.startBytes > whole.endBytes || whole.startBytes > other.endBytes) continue;
      whole = {
        startBytes: Math.min(whole.startBytes, other.startBytes),
        endBytes: Math.max(whole.endBytes, other.endBytes),
      };
      joined.splice(i, 1);
      place = i;
    }
    joined.splice(place, 0, whole);
  }
  return joined;
}

/** Value of Content-Range for one part of a file (RFC 9110 section 14.4). */
export function contentRange(range: ByteRange, sizeBytes: number): string {
  return `bytes ${range.startBytes}-${range.endBytes - 1}/${sizeBytes}`;
}

/** Value of Content-Range in a 416. */
export function unsatisfiedRange(sizeBytes: number): string {
  return `bytes */${sizeBytes}`;
}
