/**
 * A torrent from its parts, as a value: what reading its bytes again would give (parse.ts), without the reading. An
 * edge makes one for each set it joins, and reading what was just written took two thirds of that time.
 */
import { toHex } from '../bytes.ts';
import { Geometry } from '../geometry.ts';
import type { FileRoot, InfoHash, InfoHashV2 } from '../units.ts';
import { refuse } from './errors.ts';
import { parsePieceLayers, type TreeFile } from './file-tree.ts';
import { encodeMetainfo, type MetainfoParts, type NamedFile, namedFiles, piecesV1 } from './make.ts';
import type { HashFunctions, Metainfo } from './metainfo.ts';
import { parsePieceLength } from './parse.ts';

/**
 * @throws PeerError `metainfo_*` for what may have come from outside: lengths, roots and hashes. Names and URLs the
 *   caller has parsed already.
 */
export function assembleMetainfo(parts: MetainfoParts, maxBytes: number, hashes: HashFunctions): Metainfo {
  const pieceLengthBytes = parsePieceLength(parts.pieceLengthBytes);
  const files = namedFiles(parts);
  const treeFiles = files.map(asTreeFile);
  if (files.length === 1 && files[0]?.name === parts.name)
    refuse('metainfo_not_hybrid', 'the only file bears the name of the set');
  const { bytes, infoBytes, layers } = encodeMetainfo(parts, files);
  if (bytes.length > maxBytes) refuse('metainfo_form', `${bytes.length} bytes, limit ${maxBytes}`);
  const pieceLayers = parsePieceLayers(layers, treeFiles, pieceLengthBytes, hashes);
  return {
    infoHash: toHex(hashes.sha1(infoBytes)) as InfoHash,
    infoHashV2: toHex(hashes.sha256(infoBytes)) as InfoHashV2,
    name: parts.name,
    files: files.map(({ name, lengthBytes, root }, index) => ({
      name,
      lengthBytes,
      root: root.toLowerCase() as FileRoot,
      pieceLayer: pieceLayers[index] as Uint8Array,
    })),
    geometry: new Geometry(
      pieceLengthBytes,
      files.map(({ lengthBytes }) => lengthBytes),
    ),
    pieceHashesV1: piecesV1(files),
    announce: parts.announce,
    webSeeds: parts.webSeeds,
    isPrivate: parts.isPrivate ?? false,
    bytes,
    infoBytes,
  };
}

function asTreeFile({ name, rawName, lengthBytes, rawRoot }: NamedFile): TreeFile {
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1)
    refuse('metainfo_file_length', `${name} has no length of at least one byte`);
  if (rawRoot.every((byte) => byte === 0)) refuse('metainfo_file_root', `${name} has a root of zeros`);
  return { name, rawName, lengthBytes, rawRoot };
}
