/** A .torrent file is taken only if it is the one that the signed entry names, in every part that we use. */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { PeerError } from '../../shared/errors.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';

/**
 * The info-hashes cover the info dictionary, and the entry's signature covers the info-hashes; names, lengths and
 * roots are compared as well, because readers are answered from the entry and bytes come from the torrent.
 * @throws PeerError `torrent_mismatch`
 */
export function checkMetainfo(metainfo: Metainfo, image: PublishedImage): void {
  if (metainfo.infoHash !== image.infoHash) refuse('v1 info-hash', image);
  if (metainfo.infoHashV2 !== image.infoHashV2) refuse('v2 info-hash', image);
  if (metainfo.name !== image.id) refuse('name', image);
  if (metainfo.files.length !== image.renditions.length) refuse('number of files', image);
  const renditions = new Map<string, Rendition>(image.renditions.map((each) => [each.name, each]));
  for (const file of metainfo.files) {
    const rendition = renditions.get(file.name);
    if (rendition === undefined) refuse('file name', image);
    if (file.lengthBytes !== rendition.bytes) refuse('file length', image);
    if (file.root !== rendition.root) refuse('file root', image);
  }
}

function refuse(part: string, image: PublishedImage): never {
  throw new PeerError(
    'torrent_mismatch',
    `the .torrent of image ${image.id} differs in ${part} from its entry`,
  );
}
