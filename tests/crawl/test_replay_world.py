"""Real pages under their real names, through a replaying proxy: every article is stored, none is fetched twice.

The pages belong to their publishers and are not part of this project: without RASAD_EVAL_DATA this is skipped.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from crawler import outlets as outlets_
from crawler.config import CrawlSection
from crawler.db import Database
from crawler.models import Article, Evidence
from crawler.run import Order, crawl_once

REPLAY = Path(os.environ.get("RASAD_EVAL_DATA", "")).parent / "replay" if os.environ.get("RASAD_EVAL_DATA") else None
pytestmark = pytest.mark.skipif(
    REPLAY is None or not (REPLAY / "warcreplay.py").exists(), reason="RASAD_EVAL_DATA has no replay folder beside it"
)
DELAY_S = 0.3


@dataclass(frozen=True)
class Replay:
    """The proxy that plays the pages."""

    proxy: str

    def control(self, command: str) -> str:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.proxy}))
        return str(opener.open(f"http://replay.invalid/{command}", timeout=10).read().decode())

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.control("log").splitlines() if line.strip()]


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    """The proxy, and an environment that leads to it and trusts its certificates."""
    assert REPLAY is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(REPLAY / "warcreplay.py"), str(REPLAY / "world-dev.warc.gz"), "--port", str(port)]
    command += ["--ca", str(tmp_path / "ca"), "--now", "2026-11-22T07:00:00Z"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None and b"replaying" in process.stdout.readline()
    proxy = f"http://127.0.0.1:{port}"
    for name, value in (("http_proxy", proxy), ("https_proxy", proxy), ("SSL_CERT_FILE", str(tmp_path / "ca/ca.pem"))):
        monkeypatch.setenv(name, value)
    yield Replay(proxy)
    process.terminate()
    process.wait(10)


def folder_of_outlets(replay: Replay, folder: Path) -> Path:
    """One YAML per feed of the world."""
    folder.mkdir()
    for url in replay.control("urls").split():
        parts = urlsplit(url)
        if parts.path == "/rss.xml":
            (folder / f"{parts.scheme}-{parts.netloc.replace('.', '-')}.yaml").write_text(
                f"name: {parts.netloc}\nhome: {parts.scheme}://{parts.netloc}/\nlanguages: [und]\ncountry: XX\n"
                f"entry_points:\n  - kind: feed\n    url: {url}\n"
            )
    return folder


def crawl(folder: Path, database: Database, evidence: Path) -> int:
    """How many articles were new."""
    found = outlets_.load([folder], shipped=False)
    assert [] == list(found.broken)
    summary = crawl_once(
        Order(list(found.by_id), found),
        CrawlSection.model_validate({"delay": f"{DELAY_S}s"}),
        lambda: datetime.now(UTC),
        database=database,
        evidence=evidence,
    )
    return sum(outlet.new for outlet in summary.outlets.values())


def test_every_article_is_stored_and_none_is_fetched_twice(replay: Replay, database: Database, tmp_path: Path) -> None:
    """23 of 23 with title, date, language and text, TLS verified; the second poll asks for feeds only, politely."""
    folder = folder_of_outlets(replay, tmp_path / "outlets")
    stored = crawl(folder, database, tmp_path / "evidence")
    with database.read() as session:
        articles = session.execute(select(Article, Evidence).join(Evidence, Article.evidence_id == Evidence.id)).all()
    lacking = [
        article.url
        for article, evidence in articles
        if not (article.title and article.text and article.published_at and article.language in ("ru", "ar"))
        or evidence.tls_verified != article.url.startswith("https")
    ]
    assert (23, []) == (stored, lacking)

    first = replay.log()
    replay.control("reset")
    time.sleep(DELAY_S)
    assert 0 == crawl(folder, database, tmp_path / "evidence")
    second = replay.log()
    assert {"/robots.txt", "/rss.xml"} == {urlsplit(asked["url"]).path for asked in second}
    assert sum(asked["n"] for asked in second) < 0.01 * sum(asked["n"] for asked in first)
    assert [] == crowded(first) + crowded(second)


def crowded(log: list[dict[str, Any]]) -> list[str]:
    """Requests to one host that overlap or come closer than the delay."""
    by_host: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for asked in log:
        by_host[str(urlsplit(asked["url"]).hostname)].append(asked)
    return [
        later["url"]
        for asked in by_host.values()
        for earlier, later in pairwise(sorted(asked, key=lambda one: float(one["start"])))
        if later["start"] - earlier["t"] < DELAY_S - 0.02
    ]
