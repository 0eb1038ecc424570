"""Whether any host is ever asked twice at once or too soon: the daemon reads every outlet, a crawl by hand beside it.

All shipped outlets and the replayed ones are read through the replay proxy, whose log has the start and the end of
each request. BENCH_SECONDS says how long (default 60).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.quality.figure import Figure, Skipped

DELAY_S = 0.5
CLOCKS_DIFFER_S = 0.02  # of the proxy's log: it notes the end after the last byte has left
CONFIG = f"""
outlets: {{folders: [outlets]}}
crawl: {{delay: {DELAY_S}s, every: 20s, every_min: 10s, every_max: 60s}}
"""


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    """Pairs of requests to one host that overlap or come closer than its delay."""
    replay = data.parent / "replay" if data else None
    if replay is None or not (replay / "warcreplay.py").is_file():
        yield Skipped("politeness", "../replay/warcreplay.py")
        return
    length_s = float(os.environ.get("BENCH_SECONDS", "60"))
    with tempfile.TemporaryDirectory() as name, _proxy(replay, Path(name)) as proxy:
        folder = Path(name)
        (folder / "config.yaml").write_text(CONFIG, "utf-8")
        _write_outlets(_control(proxy, "urls").split(), folder / "outlets")
        environ = {
            **{key: value for key, value in os.environ.items() if not key.startswith("RASAD")},
            "http_proxy": proxy,
            "https_proxy": proxy,
            "SSL_CERT_FILE": str(folder / "ca" / "ca.pem"),
            "RASAD_CONFIG": str(folder / "config.yaml"),
            "STATE_DIRECTORY": str(folder / "state"),
        }
        by_hand = _crawl(environ, length_s)
        asked = [json.loads(line) for line in _control(proxy, "log").splitlines() if line.strip()]
    hosts = {urlsplit(one["url"]).hostname for one in asked}
    note = f"{len(asked)} requests to {len(hosts)} hosts in {length_s:g} s, {by_hand} crawls by hand beside the daemon"
    yield Figure("politeness.too_close", len(too_close(asked)), 0, lower_is_better=True, note=note)


def too_close(asked: Iterable[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """(address, seconds since the host's last answer) of every request that came while or too soon after another."""
    by_host: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in asked:
        by_host[str(urlsplit(one["url"]).hostname)].append(one)
    return [
        (later["url"], later["start"] - earlier["t"])
        for several in by_host.values()
        for earlier, later in pairwise(sorted(several, key=lambda one: float(one["start"])))
        if later["start"] - earlier["t"] < DELAY_S - CLOCKS_DIFFER_S
    ]


def _crawl(environ: Mapping[str, str], length_s: float) -> int:
    """The daemon for that long, and crawls by hand one after the other; how many of them."""
    rasad = [sys.executable, "-m", "alerts"]
    quiet: dict[str, Any] = {"env": environ, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*rasad, "db", "upgrade"], check=True, **quiet)
    end = time.monotonic() + length_s
    daemon = subprocess.Popen([*rasad, "run"], **quiet)
    crawls = 0
    while (left_s := end - time.monotonic()) > 0:
        by_hand = subprocess.Popen([*rasad, "crawl", "--all"], **quiet)
        crawls += 1
        try:
            by_hand.wait(left_s)
        except subprocess.TimeoutExpired:
            by_hand.send_signal(signal.SIGINT)
            by_hand.wait(30)
    daemon.send_signal(signal.SIGTERM)
    if daemon.wait(30) != 0:
        raise RuntimeError(f"the daemon ended with {daemon.returncode}")
    return crawls


@contextmanager
def _proxy(replay: Path, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(replay / "warcreplay.py"), str(replay / "world-dev.warc.gz"), "--port", str(port)]
    command += ["--ca", str(folder / "ca"), "--now", "2026-11-22T07:00:00Z"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        if process.stdout is None or b"replaying" not in process.stdout.readline():
            raise RuntimeError("the replay proxy did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder / "ca", ignore_errors=True)


def _control(proxy: str, command: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    return str(opener.open(f"http://replay.invalid/{command}", timeout=30).read().decode())


def _write_outlets(urls: Iterable[str], folder: Path) -> None:
    """One YAML per feed of the replayed world."""
    folder.mkdir()
    for url in urls:
        parts = urlsplit(url)
        if parts.path == "/rss.xml":
            (folder / f"replayed-{parts.netloc.replace('.', '-')}.yaml").write_text(
                f"name: {parts.netloc}\nhome: {parts.scheme}://{parts.netloc}/\nlanguages: [und]\ncountry: XX\n"
                f"entry_points:\n  - kind: feed\n    url: {url}\n",
                "utf-8",
            )
