/** Two files whose pieces have four blocks: leaves of their trees are worth asking for (BEP 52). */
import { Geometry } from '../../shared/geometry.ts';
import type { HashRange } from '../../shared/metainfo/hash-range.ts';
import { BLOCK_BYTES, type FileRoot } from '../../shared/units.ts';

export const ROOTS = ['c1', 'c2'].map((digits) => digits.repeat(32) as FileRoot);
const [ROOT] = ROOTS as [FileRoot, FileRoot];

/** One file of 16 pieces, one of three blocks. */
export const geometry = new Geometry(4 * BLOCK_BYTES, [16 * 4 * BLOCK_BYTES, 3 * BLOCK_BYTES - 7]);

/** The leaves of the first file's first piece. */
export const WANTED: HashRange = { root: ROOT, baseLayer: 0, index: 0, length: 4, proofLayers: 0 };
