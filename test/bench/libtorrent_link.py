"""One end of libtorrent's loopback bench, told what to do by JSON in its argument, answering with JSON lines.

seed: {"torrent", "folder"}; says {"port"} and serves until its stdin ends.
leech: the same with "port" of the seed; says {"port"} when it dials, and {"seconds"} from there until every piece is
verified and handed to the disk. Both say {"cpuSeconds"} when their stdin ends. Settings are libtorrent's own, but for
what finds peers elsewhere, and TCP instead of uTP.
"""
import json
import os
import sys
import time

import libtorrent as lt

wants = json.loads(sys.argv[1])
session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": 0,
})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(wants["torrent"])
params.save_path = wants["folder"]
params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
if "port" not in wants:
    params.flags |= lt.torrent_flags.seed_mode
handle = session.add_torrent(params)
while handle.status().state == lt.torrent_status.checking_files or session.listen_port() == 0:
    time.sleep(0.01)
if "port" in wants:
    print(json.dumps({"port": session.listen_port()}), flush=True)
    begin = time.monotonic()
    handle.connect_peer(("127.0.0.1", wants["port"]))
    while not handle.status().is_seeding:
        time.sleep(0.005)
    print(json.dumps({"seconds": time.monotonic() - begin}), flush=True)
else:
    print(json.dumps({"port": session.listen_port()}), flush=True)
sys.stdin.read()
used = os.times()
print(json.dumps({"cpuSeconds": used.user + used.system}), flush=True)
# Not the session's own end, which takes seconds.
os._exit(0)
