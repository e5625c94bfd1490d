/** A photo published at a fleet's origin, its .torrent on disk, and whether a client's files are its renditions. */
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { decode, encode } from '../../shared/bencode/bencode.ts';
import { asDictionary, type BencodeInput } from '../../shared/bencode/value.ts';
import { type Fleet, PROJECT } from '../support/fleet.ts';
import { waitFor } from '../support/wait-for.ts';

const PHOTO = path.join(PROJECT, 'test/support/photos/seeding_by_Clements_Engelhardt.jpg');

const WRITTEN = { timeout: 10_000, interval: 50 };

export class PublishedPhoto {
  readonly image: Image;
  /** Path of the .torrent as the origin serves it. */
  readonly torrent: string;
  /** SHA-256 of each rendition as the origin serves it over HTTP. */
  readonly #digests: ReadonlyMap<string, string>;
  readonly #folder: string;

  private constructor(image: Image, folder: string, torrent: string, digests: ReadonlyMap<string, string>) {
    this.image = image;
    this.#folder = folder;
    this.torrent = torrent;
    this.#digests = digests;
  }

  static async publish(fleet: Fleet): Promise<PublishedPhoto> {
    const product = await fleet.createProduct('Dandelion');
    const image = await fleet.upload(product, new Uint8Array(await readFile(PHOTO)));
    const folder = mkdtempSync(path.join(tmpdir(), 'shoal-interop-'));
    const torrent = path.join(folder, 'photo.torrent');
    await writeFile(torrent, await bodyOf(image.torrent));
    const digests = new Map<string, string>();
    for (const { name, url } of image.renditions)
      digests.set(name, digestOf(await bodyOf(`${fleet.origin.url}${url}`)));
    return new PublishedPhoto(image, folder, torrent, digests);
  }

  /** Of all renditions, padding not counted. */
  get contentBytes(): number {
    return this.image.renditions.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The same torrent, its bytes to be had over the wire only. */
  withoutWebSeeds(): Promise<string> {
    return this.#edited('no-web-seeds', (torrent) => torrent.delete('url-list'));
  }

  /** As a client has it that joined by magnet: the info dictionary without the hashes of v2's pieces. */
  withoutPieceLayers(): Promise<string> {
    return this.#edited('no-piece-layers', (torrent) => torrent.set('piece layers', new Map()));
  }

  /** An empty folder for a client's files; goes with {@link remove}. */
  newFolder(): string {
    return mkdtempSync(path.join(this.#folder, 'files-'));
  }

  /**
   * Every rendition lies below the client's folder, byte for byte as HTTP gave it. libtorrent is finished when it has
   * verified the last piece, which its disk thread may still be writing.
   */
  expectFilesIn(folder: string): Promise<void> {
    return waitFor(async () => {
      for (const { name } of this.image.renditions) {
        const bytes = await readFile(path.join(folder, this.image.id, name));
        expect(digestOf(bytes), name).toBe(this.#digests.get(name));
      }
    }, WRITTEN);
  }

  /** A node serves every rendition as the origin did. */
  async expectServedBy(nodeUrl: string): Promise<void> {
    for (const { name, url } of this.image.renditions)
      expect(digestOf(await bodyOf(`${nodeUrl}${url}`)), name).toBe(this.#digests.get(name));
  }

  async #edited(name: string, edit: (torrent: Map<string, BencodeInput>) => void): Promise<string> {
    const published = asDictionary(decode(await readFile(this.torrent)));
    const torrent = new Map<string, BencodeInput>(published);
    edit(torrent);
    const file = path.join(this.#folder, `${name}.torrent`);
    await writeFile(file, encode(torrent));
    return file;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function bodyOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
