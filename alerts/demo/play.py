"""Playing the demo: the real daemon on the invented world, with a word of explanation at each step."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from alerts.demo.replay import World

if TYPE_CHECKING:
    from rich.console import Console

ALERTS = 3  # the world's second moment tells of the same death in three languages
QUIET_S = 1.5  # without another line for so long, everything has been said

CONFIG = """state: {folder}/state
outlets: {{use: [furat-post, levant-monitor, vesti-zaluzhya], folders: [{outlets}]}}
crawl: {{every: 1s, every_min: 1s, every_max: 2s, delay: 0s, proxy: "{proxy}"}}
watchlists:
  my-names:
    title: People whose fate I follow
    alleged: true
    watches: ['name:"Тимофей Ракитин"']
  mercenaries:
    title: Mercenaries reported killed
    alleged: true
    watches: ['(مرتزق OR наёмник OR mercenary) AND (قتل OR погибнуть OR killed)']
"""


def play(out: Console, seconds: int) -> int:
    """Run it; 0 when the alerts came, 1 when something is broken."""
    with World() as world, tempfile.TemporaryDirectory(prefix="rasad-demo-") as folder:
        config = Path(folder) / "config.yaml"
        outlets = Path(__file__).parent / "outlets"
        config.write_text(CONFIG.format(folder=folder, outlets=outlets, proxy=world.address), "utf-8")
        rasad = [sys.executable, "-m", "alerts", "--config", str(config)]
        _say(out, "Three invented outlets, in Arabic, Russian and English, are served on this machine.")
        _say(out, 'One watch, name:"Тимофей Ракитин", is to find this person in every script.')
        subprocess.run([*rasad, "db", "upgrade"], check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen([*rasad, "run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
            try:
                return _watch(out, world, daemon, time.monotonic() + seconds)
            finally:
                daemon.terminate()
                daemon.wait(10)


def _watch(out: Console, world: World, daemon: subprocess.Popen[str], end: float) -> int:
    """Copy what the daemon says, move the world on after its first report, stop when the alerts are there."""
    said: Queue[str] = Queue()
    assert daemon.stdout is not None
    threading.Thread(target=_listen, args=(daemon.stdout, said), daemon=True).start()
    reported = moved = False
    alerts = 0
    while time.monotonic() < end and daemon.poll() is None:
        try:
            line = said.get(timeout=QUIET_S).rstrip("\n")
        except Empty:
            if alerts >= ALERTS:
                _close(out, world)
                return 0
            if reported and not moved:
                moved = True
                world.later()
                _say(out, "Now the outlets publish something new: the same death, told in three languages.")
            continue
        reported |= "The first crawl" in line
        alerts += moved and line.lstrip("\u2068").startswith("Alleged")
        out.print(Text(line))
    _say(out, "Not all alerts came in time. Please report this with the output of `rasad --version`.")
    return 1


def _listen(lines: Iterable[str], said: Queue[str]) -> None:
    for line in lines:
        said.put(line)


def _close(out: Console, world: World) -> None:
    page = world.page("http://furat-post.example/archives/104/")
    assert page is not None
    _say(
        out, "The Arabic page also had buttons, related articles and a donation box; none of that was stored or quoted:"
    )
    from datetime import UTC, datetime

    from crawler.extract import extract
    from crawler.types import Draft, Page

    url, at = "http://furat-post.example/archives/104/", datetime.now(UTC)
    draft = extract(Page(url, url, 200, (("content-type", page[0]),), page[1], at), None, at)
    if isinstance(draft, Draft):
        out.print(Text(draft.text))
    _say(
        out,
        "Oleg Rakitin the footballer, and Wagner the composer, fired nothing. Next: put your own names into config.yaml.",
    )


def _say(out: Console, line: str) -> None:
    out.print(Rule(style="cyan"))
    out.print(Text(line, style="bold cyan"))
