"""What libtorrent says of a torrent file (read), and the torrent it makes of a folder itself (make)."""
import json
import os
import sys

import libtorrent as lt


def read(path):
    info = lt.torrent_info(path)
    files = info.files()
    hashes = info.info_hashes()
    pad = lt.file_flags_t.flag_pad_file
    print(json.dumps({
        "infoHash": str(hashes.v1),
        "infoHashV2": str(hashes.v2),
        "name": info.name(),
        "pieceLength": info.piece_length(),
        "pieces": info.num_pieces(),
        "trackers": [tracker.url for tracker in info.trackers()],
        "webSeeds": [seed["url"] for seed in info.web_seeds()],
        "isPrivate": info.priv(),
        "files": [
            {"path": files.file_path(i), "length": files.file_size(i), "root": str(files.root(i))}
            for i in range(files.num_files())
            if not files.file_flags(i) & pad
        ],
    }))


def make(folder, piece_length, path):
    files = lt.file_storage()
    lt.add_files(files, folder)
    flags = lt.create_torrent.canonical_files_no_tail_padding
    torrent = lt.create_torrent(files, int(piece_length), flags)
    lt.set_piece_hashes(torrent, os.path.dirname(folder))
    with open(path, "wb") as out:
        out.write(lt.bencode(torrent.generate()))


{"read": read, "make": make}[sys.argv[1]](*sys.argv[2:])
