"""A forward proxy on loopback that answers for invented outlets under their own host names.

A world is a folder `<host>/<path>`: pages end in .html there and not in their addresses. It has two moments: `feed.xml` is
`feed.1.xml` at first and `feed.2.xml` after `later()`. Dates are written relative to the start: `@iso:-2h@`, `@rfc:-20m@`.
"""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

WORLD = Path(__file__).parent / "world"
_DATE = re.compile(r"@(iso|rfc):-(\d+)([mh])@")
_TYPES = {".xml": "application/rss+xml", ".html": "text/html", ".txt": "text/plain"}


class World:
    """The proxy; `address` is what to put into `crawl.proxy`. Use as a context manager."""

    def __init__(self, root: Path = WORLD, started_at: datetime | None = None) -> None:
        self.root = root
        self.started_at = started_at or datetime.now(UTC)
        self.moment = 1
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._answerer())
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> World:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def later(self) -> None:
        """Let the world move on: the outlets publish what they had not published yet."""
        self.moment = 2

    def page(self, url: str) -> tuple[str, bytes] | None:
        """(content type, body) of an address of this world, or None."""
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path.strip("/")
        if not re.fullmatch(r"[a-z0-9.-]+", host) or not re.fullmatch(r"[a-z0-9./-]+", path) or ".." in path:
            return None
        names = {"feed.xml": f"feed.{self.moment}.xml", "robots.txt": "robots.txt"}
        file = self.root / host / names.get(path, f"{path}.html")
        if not file.is_file():
            return None
        text = _DATE.sub(self._date, file.read_text("utf-8"))
        return f"{_TYPES[file.suffix]}; charset=utf-8", text.encode()

    def _date(self, found: re.Match[str]) -> str:
        unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}[found[3]]
        at = self.started_at - int(found[2]) * unit
        return at.isoformat(timespec="seconds") if found[1] == "iso" else format_datetime(at)

    def _answerer(world) -> type[BaseHTTPRequestHandler]:
        class Answerer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = world.page(self.path)
                kind, body = found or ("text/plain; charset=utf-8", b"not in this world\n")
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads this server's log."""

        return Answerer
