"""A stock libtorrent session for tests: joins one torrent, tells what happens as JSON lines, seeds until stdin ends.

Settings are libtorrent's own, but for what finds peers elsewhere (DHT, LSD, port mapping) and for one address being
many peers here. Web seeds are dropped: bytes come over the peer wire or not at all.
"""
import json
import os
import sys
import threading

import libtorrent as lt


def say(**event):
    print(json.dumps(event), flush=True)


def open_session(wants):
    category = lt.alert.category_t
    return lt.session({
        "listen_interfaces": "127.0.0.1:0",
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": category.status_notification | category.error_notification | category.peer_log_notification,
        **wants["settings"],
    })


def join(session, wants):
    if wants["torrent"].startswith("magnet:"):
        params = lt.parse_magnet_uri(wants["torrent"])
        params.url_seeds = []
    else:
        info = lt.torrent_info(wants["torrent"])
        info.set_web_seeds([])
        params = lt.add_torrent_params()
        params.ti = info
    params.save_path = wants["folder"]
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if not wants["tracker"]:
        params.trackers = []
        params.flags |= lt.torrent_flags.override_trackers
    handle = session.add_torrent(params)
    for host, port in wants["peers"]:
        handle.connect_peer((host, port))
    return handle


def relay(session):
    while True:
        session.wait_for_alert(500)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.torrent_finished_alert):
                say(type="finished", text=alert.message())
            elif isinstance(alert, (lt.torrent_error_alert, lt.hash_failed_alert, lt.peer_ban_alert)):
                say(type="failed", text=alert.message())
            else:
                say(type="log", text=alert.message())


def main():
    wants = json.loads(sys.argv[1])
    session = open_session(wants)
    handle = join(session, wants)
    hashes = handle.info_hashes()
    say(type="joined", port=session.listen_port(), infoHash=str(hashes.v1), infoHashV2=str(hashes.v2))
    threading.Thread(target=relay, args=(session,), daemon=True).start()
    sys.stdin.read()
    # Not the session's own end, which waits for trackers that may be gone.
    os._exit(0)


main()
