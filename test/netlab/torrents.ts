/** A payload for stock clients: torrents of one file of random bytes each, v1 only, the same in every run. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from '../../shared/bencode/bencode.ts';
import { dictionary } from '../../shared/bencode/value.ts';

export interface TorrentShape {
  readonly count: number;
  readonly pieceKib: number;
}

export interface MadeTorrents {
  readonly torrentPaths: readonly string[];
  /** Name and SHA-256 of each file's content. */
  readonly contents: ReadonlyMap<string, string>;
  readonly totalBytes: number;
}

/** @param contentFolder where the seed has the files */
export function makeTorrents(
  totalBytes: number,
  shape: TorrentShape,
  announce: string,
  torrentFolder: string,
  contentFolder: string,
): MadeTorrents {
  mkdirSync(torrentFolder, { recursive: true });
  mkdirSync(contentFolder, { recursive: true });
  const lengthBytes = Math.floor(totalBytes / shape.count);
  const torrentPaths: string[] = [];
  const contents = new Map<string, string>();
  for (let index = 0; index < shape.count; index++) {
    const name = `image-${String(index).padStart(4, '0')}.bin`;
    const content = createHash('shake128', { outputLength: lengthBytes }).update(name).digest();
    writeFileSync(path.join(contentFolder, name), content);
    contents.set(name, createHash('sha256').update(content).digest('hex'));
    const torrentPath = path.join(torrentFolder, `${name}.torrent`);
    writeFileSync(torrentPath, torrentOf(name, content, shape.pieceKib * 1024, announce));
    torrentPaths.push(torrentPath);
  }
  return { torrentPaths, contents, totalBytes: lengthBytes * shape.count };
}

/** BEP 3. */
function torrentOf(name: string, content: Buffer, pieceBytes: number, announce: string): Uint8Array {
  const hashes: Buffer[] = [];
  for (let at = 0; at < content.length; at += pieceBytes)
    hashes.push(
      createHash('sha1')
        .update(content.subarray(at, at + pieceBytes))
        .digest(),
    );
  const info = dictionary({
    length: content.length,
    name,
    'piece length': pieceBytes,
    pieces: new Uint8Array(Buffer.concat(hashes)),
  });
  return encode(dictionary({ announce, info }));
}
