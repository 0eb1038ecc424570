"""An outlet that never stops publishing, behind a forward proxy on loopback."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOST = "stream.example"
NAME = "Кирилл Ананьев"
SHOWN = 300  # items in the feed


class Stream:
    """`rate` articles a second from the start until `stop()`; each names NAME once and has a number of its own."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.started = time.monotonic()
        self.stopped_at: float | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _answerer(self))
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def published(self) -> int:
        """How many articles there are by now."""
        return int(((self.stopped_at or time.monotonic()) - self.started) * self.rate) + 1

    def stop(self) -> int:
        """No more articles; returns how many there are."""
        self.stopped_at = time.monotonic()
        return self.published()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def headline(number: int) -> str:
    return f"Сообщение {number:05d}"


def _page(number: int) -> str:
    day = datetime.now(UTC).isoformat(timespec="seconds")
    return f"""<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>{headline(number)}</title>
<meta property="article:published_time" content="{day}"></head><body><article><h1>{headline(number)}</h1>
<p>В сводке под номером {number} говорится, что {NAME} был замечен у переправы вместе с двумя спутниками.</p>
<p>Никаких иных подробностей за этот час к сводке номер {number} не добавили, редакция следит за событиями.</p>
</article></body></html>"""


def _feed(count: int) -> str:
    items = "".join(
        f"<item><title>{headline(n)}</title><link>http://{HOST}/a/{n}</link>"
        f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate></item>"
        for n in range(count, max(count - SHOWN, 0), -1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Stream</title>{items}</channel></rss>'


def _answerer(stream: Stream) -> type[BaseHTTPRequestHandler]:
    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            status, kind, text = 404, "text/plain", "nothing here"
            if path == "/feed.xml":
                status, kind, text = 200, "application/rss+xml", _feed(stream.published())
            elif path.startswith("/a/") and path[3:].isdigit() and int(path[3:]) <= stream.published():
                status, kind, text = 200, "text/html", _page(int(path[3:]))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads this server's log."""

    return Answerer
