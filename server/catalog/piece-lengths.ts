/** Piece lengths of all torrents, cut out of their bodies by the database: parsing ten thousand takes seconds. */
import { type Kysely, sql } from 'kysely';
import { fromLatin1 } from '../../shared/bytes.ts';
import { BLOCK_BYTES, type InfoHash } from '../../shared/units.ts';
import type { CatalogTables } from './schema.ts';

/** The key as bencode writes it. No name in a torrent of ours has a colon, so it stands there once. */
const KEY = fromLatin1('12:piece lengthi');
const MOST_DIGITS = 10;

export async function readPieceLengths(db: Kysely<CatalogTables>): Promise<ReadonlyMap<InfoHash, number>> {
  const { rows } = await sql<{ info_hash: string; at: number; text: string }>`
    select info_hash, instr(body, ${KEY}) as at,
      cast(substr(body, instr(body, ${KEY}) + ${KEY.length}, ${MOST_DIGITS}) as text) as text
    from torrents`.execute(db);
  const lengths = new Map<InfoHash, number>();
  for (const { info_hash, at, text } of rows) {
    const bytes = Number(/^([0-9]+)e/.exec(text)?.[1]);
    if (at > 0 && bytes >= BLOCK_BYTES && Number.isInteger(Math.log2(bytes)))
      lengths.set(info_hash as InfoHash, bytes);
  }
  return lengths;
}
