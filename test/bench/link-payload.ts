/** What is sent over the loopback link: files that no file system can compress, and torrents of them. */
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { encode } from '../../shared/bencode/bencode.ts';
import { dictionary } from '../../shared/bencode/value.ts';
import { makeMetainfo, pieceLengthFor } from '../../shared/metainfo/make.ts';
import { hashFile } from '../../shared/node/hashing/hash-file.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';

export interface LinkPayload {
  readonly directory: string;
  readonly totalBytes: number;
  /** Paths, in the torrents' order. */
  readonly sources: readonly string[];
  /** v1 and v2: each byte is hashed twice. */
  readonly hybridTorrentPath: string;
  /** The same files, v1 only. */
  readonly v1TorrentPath: string;
}

export const LINK_NAME = 'loopback';

const MIB = 1024 * 1024;

/** @param directory stays the caller's, who removes it */
export async function makeLinkPayload(
  directory: string,
  totalBytes = 512 * MIB,
  fileCount = 4,
): Promise<LinkPayload> {
  const pieceLengthBytes = pieceLengthFor(totalBytes);
  const sources: string[] = [];
  const files = [];
  await mkdir(path.join(directory, 'sources'));
  for (let index = 0; index < fileCount; index++) {
    const name = `part-${String(index).padStart(4, '0')}.bin`;
    const source = path.join(directory, 'sources', name);
    await writeRandomFile(source, totalBytes / fileCount, name);
    files.push({ name, ...(await hashFile(source, pieceLengthBytes)) });
    sources.push(source);
  }
  const hybrid = makeMetainfo(
    { name: LINK_NAME, files, pieceLengthBytes, announce: undefined, webSeeds: [], createdBy: undefined },
    nodeHashes,
  );
  const info = dictionary({
    files: hybrid.files.map(({ name, lengthBytes }) => dictionary({ length: lengthBytes, path: [name] })),
    name: LINK_NAME,
    'piece length': pieceLengthBytes,
    pieces: hybrid.pieceHashesV1,
  });
  const hybridTorrentPath = path.join(directory, 'hybrid.torrent');
  const v1TorrentPath = path.join(directory, 'v1.torrent');
  writeFileSync(hybridTorrentPath, hybrid.bytes);
  writeFileSync(v1TorrentPath, encode(dictionary({ info })));
  return { directory, totalBytes, sources, hybridTorrentPath, v1TorrentPath };
}

/** Synced, so that no run pays for its way to the disk. */
async function writeRandomFile(target: string, lengthBytes: number, seed: string): Promise<void> {
  const file = await open(target, 'wx');
  try {
    for (let at = 0; at < lengthBytes; at += MIB) {
      const length = Math.min(MIB, lengthBytes - at);
      await file.write(createHash('shake128', { outputLength: length }).update(`${seed} ${at}`).digest());
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Memory for a download to be measured, taken before it and freed little by little while it runs. A virtual machine
 * gives memory that is free for a second or two back to its host, and pays for each page when it takes it again: 512
 * MiB of new page cache took 1.2 s of CPU then, and 0.12 s otherwise. So whoever came after a pause was the slower one,
 * by more than anything else in the measurement.
 */
export class WarmMemory {
  readonly #file: number;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ directory, totalBytes }: LinkPayload) {
    const scratch = path.join(directory, 'warm');
    this.#file = openSync(scratch, 'wx');
    unlinkSync(scratch);
    const chunk = new Uint8Array(MIB);
    // Half as much again: what the two processes take for themselves.
    for (; this.#bytes < 1.5 * totalBytes; this.#bytes += chunk.length) writeSync(this.#file, chunk);
  }

  /** The download begins. 400 MiB/s are more than it can use. */
  release(): void {
    const free = () => {
      this.#bytes = Math.max(0, this.#bytes - 80 * MIB);
      ftruncateSync(this.#file, this.#bytes);
    };
    free();
    this.#timer = setInterval(free, 200);
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#file);
  }
}
