/** Codes of what parse.ts refuses. What is not even bencode carries a `bencode_*` code. */
import { PeerError } from '../errors.ts';

export type MetainfoErrorCode =
  /** Not a dictionary, or no `info` dictionary in it. */
  | 'metainfo_form'
  /** Only v1, only v2, another meta version, or the single-file form of either. */
  | 'metainfo_not_hybrid'
  | 'metainfo_name'
  | 'metainfo_piece_length'
  | 'metainfo_file_tree'
  | 'metainfo_file_name'
  | 'metainfo_file_length'
  /** A symbolic link, or a pad file where none may be. */
  | 'metainfo_file_attr'
  | 'metainfo_file_root'
  | 'metainfo_too_many_files'
  | 'metainfo_too_many_pieces'
  /** The v1 `files` list is malformed. */
  | 'metainfo_v1_files'
  /** A pad file is missing, of wrong length, or where none belongs. */
  | 'metainfo_padding'
  /** The v1 list and the v2 tree tell of different files. */
  | 'metainfo_mismatch'
  | 'metainfo_pieces'
  | 'metainfo_piece_layers'
  | 'metainfo_private'
  | 'metainfo_announce'
  | 'metainfo_url_list';

export type MetainfoError = PeerError<MetainfoErrorCode>;

/** @throws MetainfoError */
export function refuse(code: MetainfoErrorCode, message: string): never {
  throw new PeerError(code, message);
}
