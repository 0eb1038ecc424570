"""A receiver of webhooks on loopback: it keeps what it was sent and answers as told."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class FakeWebhook:
    """`with FakeWebhook(410) as hook: ... hook.got` is a list of (headers in lower case, body)."""

    def __init__(self, status: int = 204, headers: dict[str, str] | None = None) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        got, answer_headers = self.got, headers or {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(status)
                for name, value in answer_headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"webhook:http://127.0.0.1:{self.server.server_address[1]}/hook"

    def __enter__(self) -> FakeWebhook:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()
