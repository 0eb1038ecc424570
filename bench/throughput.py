"""How many pages a second and core the whole chain takes in, beside plain Scrapy + trafilatura on the same local site.

CPU seconds of each program are compared, so that a busy machine does not decide. Ours also keeps robots.txt, evidence,
dates, stories and watches; the plain one writes text to a file.
"""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.extraction import PAGES, page_of, rules_for
from crawler.extract import ReadingRules, extract
from crawler.types import Draft, Page
from tests.quality._pages import gold_pages
from tests.quality.figure import Figure, Skipped

TWINS = 8  # articles made of each page, told apart by a number in title and text
ROUNDS = 2


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    """Unknown sites, and sites whose outlet has selectors; in either case pages per CPU second of ours / theirs."""
    if data is None or not (data / "pages" / "index.tsv").is_file():
        yield Skipped("throughput", "pages/index.tsv")
        return
    gold = list(gold_pages(data))
    pages = [page_of(page.url, page.body) for page in gold[:: max(1, len(gold) // PAGES)]]
    known = [(page, rules) for page in pages if (rules := rules_for(page)) is not None]
    yield _figure("throughput.unknown", [(page, None) for page, _ in known], 0.5)
    yield _figure("throughput.known", list(known), 1.5)


def _figure(name: str, pages: Sequence[tuple[Page, ReadingRules | None]], target: float) -> Figure:
    answers: dict[tuple[str, str], tuple[str, bytes]] = {}
    with _site(answers) as port:
        order = {"outlets": [_outlet(n, page, rules, port, answers) for n, (page, rules) in enumerate(pages)]}
        theirs, ours = (
            max((_run(which, order) for _ in range(ROUNDS)), key=lambda run: run["pages"] / run["seconds"])
            for which in ("plain", "ours")
        )
    rates = [run["pages"] / run["seconds"] for run in (theirs, ours)]
    note = f"{ours['pages']} of {theirs['pages']} pages; {rates[1]:.0f} beside {rates[0]:.0f} pages per CPU second"
    return Figure(name, rates[1] / rates[0], target, note=note)


def _outlet(
    number: int,
    page: Page,
    rules: ReadingRules | None,
    port: int,
    answers: dict[tuple[str, str], tuple[str, bytes]],
) -> dict[str, Any]:
    """An outlet on a host of its own whose feed lists TWINS articles made of this page."""
    host = f"127.1.{number // 250}.{number % 250 + 1}"
    home = f"http://{host}:{port}"
    links = [f"{home}/article/{twin}.html" for twin in range(TWINS)]
    items = "".join(f"<item><title>Report {n}</title><link>{link}</link></item>" for n, link in enumerate(links))
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
    answers[host, "/feed.xml"] = ("application/rss+xml", feed.encode())
    answers[host, "/robots.txt"] = ("text/plain", b"User-agent: *\nAllow: /\n")
    for twin, body in enumerate(_twins(page)):
        answers[host, f"/article/{twin}.html"] = ("text/html", body)
    outlet: dict[str, Any] = {
        "id": f"outlet-{number}",
        "name": f"Outlet {number}",
        "home": f"{home}/",
        "languages": ["und"],
        "country": "XX",
        "entry_points": [{"kind": "feed", "url": f"{home}/feed.xml"}],
    }
    if rules is not None:
        outlet["reading"] = {"templates": [{"title": "h1", "body": rules.templates[0].body}], "min_text_length": 20}
    return outlet


def _twins(page: Page) -> Iterator[bytes]:
    """The page under several headlines, each with a paragraph of its own in the text; canonical links are taken out."""
    draft = extract(page, None, page.fetched_at)
    text = max(draft.text.split("\n"), key=len) if isinstance(draft, Draft) else ""
    words = text.split()[:4]
    for twin in range(TWINS):
        body = page.body
        for place in (page.url, urlsplit(page.url).path):
            if len(place) > 1:
                body = body.replace(place.encode(), f"/article/{twin}.html".encode())
        if words:
            mark = " ".join(words).encode()
            body = body.replace(mark, f"{twin + 1000} ".encode() + mark)
        yield body


@contextmanager
def _site(answers: Mapping[tuple[str, str], tuple[str, bytes]]) -> Iterator[int]:
    class Said(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").partition(":")[0]
            kind, body = answers.get((host, self.path), ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), Said) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _run(which: str, order: Mapping[str, Any]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "order.json").write_text(json.dumps(order), "utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "bench._chains", which, folder],
            capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ""},
        )  # fmt: skip
        if ended.returncode:
            raise RuntimeError(f"{which}: {ended.stderr[-2000:]}")
        said: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
        return said
