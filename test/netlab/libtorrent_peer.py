"""One libtorrent peer: libtorrent_peer.py IP SAVE_FOLDER DONE_FILE TORRENT...

Writes the time to DONE_FILE when it has everything, verified, and goes on seeding. Settings as a fleet would choose
them: no limits on active torrents, no uTP, fast dialling, several peers behind one address.
"""
import os
import sys
import time

import libtorrent as lt

ip, save, done, *torrents = sys.argv[1:]
session = lt.session({
    "listen_interfaces": f"{ip}:6881",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "mixed_mode_algorithm": 0,
    "alert_mask": 0,
    "connection_speed": 200,
    "active_limit": 5000,
    "active_downloads": 5000,
    "active_seeds": 5000,
    "active_tracker_limit": 5000,
    "seed_choking_algorithm": 1,
    "choking_algorithm": 0,
    "unchoke_slots_limit": 8,
})
handles = []
for torrent in torrents:
    handle = session.add_torrent({"ti": lt.torrent_info(torrent), "save_path": save})
    handle.unset_flags(lt.torrent_flags.auto_managed)
    handle.resume()
    handles.append(handle)
pause = 0.02 if len(handles) < 10 else 0.1
while not all(handle.status().is_seeding for handle in handles):
    time.sleep(pause)
with open(done + ".tmp", "w") as file:
    file.write(repr(time.time()))
os.rename(done + ".tmp", done)
while True:
    time.sleep(3600)
