"""A news site on loopback that misbehaves on demand, and what tests of the crawl build their worlds from."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType

from crawler.config import CrawlSection
from crawler.outlets import EntryPointFact, Outlet, Outlets

HOSTS = tuple(f"127.0.0.{n}" for n in range(1, 9))  # eight hosts that are one machine
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the site says at an address."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """One request as the site saw it: host, path, headers, and the moments it came and was answered."""

    host: str
    path: str
    headers: dict[str, str]
    start: float
    end: float


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """The site. `answers` maps a path to an Answer; the paths of `MISBEHAVIOURS` are there already.

    An answer with an ETag header is conditional. Use as a context manager; it lives in a thread of its own.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Site:
        with socket.socket() as probe:
            probe.bind((HOSTS[0], 0))
            self.port = probe.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        started = threading.Event()

        def live() -> None:
            self._loop.run_until_complete(asyncio.start_server(self._serve, list(HOSTS), self.port))
            started.set()
            self._loop.run_forever()

        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()
        assert started.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(5)

    def _end(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    def url(self, path: str, host: int = 1) -> str:
        return f"http://127.0.0.{host}:{self.port}{path}"

    def paths(self, host: int | None = None) -> list[str]:
        """What was asked for, robots.txt aside, in order."""
        return [
            asked.path
            for asked in self.log
            if asked.path != "/robots.txt" and (host is None or asked.host.startswith(f"127.0.0.{host}"))
        ]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = (await reader.readline()).decode("latin-1")
        if not line:
            return False
        start = time.time()
        path = line.split()[1]
        headers: dict[str, str] = {}
        while (header := (await reader.readline()).decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        asked = Asked(headers.get("host", ""), path, headers, start, start)
        place = len(self.log)
        self.log.append(asked)  # before the answer: who has it may look here at once
        if path in MISBEHAVIOURS and path not in self.answers:
            await MISBEHAVIOURS[path](writer)
        else:
            writer.write(self._said(path, headers))
            await writer.drain()
        if place < len(self.log):
            self.log[place] = replace(asked, end=time.time())
        return path not in MISBEHAVIOURS or path in self.answers

    def _said(self, path: str, headers: dict[str, str]) -> bytes:
        answer = self.answers.get(path, Answer(b"not here", 404))
        etag = dict(answer.headers).get("ETag")
        if etag and headers.get("if-none-match") == etag:
            answer = Answer(b"", 304, answer.headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        return (
            f"HTTP/1.1 {answer.status} Said\r\nContent-Type: {answer.kind}\r\nContent-Length: {len(answer.body)}\r\n"
            f"{head}\r\n"
        ).encode() + answer.body


async def _never(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _drop(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _partial(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nContent-Type: text/html\r\n\r\n<html><p>half of")
    await writer.drain()
    writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nContent-Type: text/html\r\n\r\n")
    for _ in range(300):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def _huge(writer: asyncio.StreamWriter) -> None:
    """300 MB that are not announced."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
    for _ in range(300):
        writer.write(b"x" * 1_000_000)
        await writer.drain()
    writer.close()


async def _announced(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 300000000\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(30)


async def _bomb(writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(b"\0" * 60_000_000)
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    writer.close()


async def _garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
    await writer.drain()
    writer.close()


MISBEHAVIOURS: dict[str, Behaviour] = {
    "/never": _never,
    "/drop": _drop,
    "/partial": _partial,
    "/drip": _drip,
    "/huge": _huge,
    "/announced": _announced,
    "/bomb": _bomb,
    "/garbage": _garbage,
}


def redirect(to: str) -> Answer:
    return Answer(b"", 302, (("Location", to),))


def article(title: str, text: str = "", date: str = "2026-11-22T08:00:00+00:00") -> Answer:
    """An article page with the chrome a site puts around one."""
    body = text or (
        "Two convoys left the depot before dawn, a driver who asked not to be named told this outlet on Sunday. "
        "The road to the crossing was closed for an hour, and traders waited on both sides of the river.\n"
        "Officials gave no reason for the delay. Flour and fuel reached the market by noon, residents said."
    )
    paragraphs = "".join(f"<p>{line}</p>" for line in body.split("\n"))
    return Answer(
        f"<!doctype html><html lang=en><head><title>{title}</title>"
        f'<meta property="og:title" content="{title}"><meta property="article:published_time" content="{date}">'
        f"</head><body><nav><a href=/>Home</a></nav><article><h1>{title}</h1>{paragraphs}</article>"
        "<footer>All rights reserved</footer></body></html>".encode()
    )


def feed(*links: str, etag: str = "", titles: dict[str, str] | None = None) -> Answer:
    """An RSS feed of these links, newest first."""
    items = "".join(
        f"<item><title>{(titles or {}).get(link, 'Item ' + link)}</title><link>{link}</link>"
        f"<pubDate>Sun, 22 Nov 2026 0{9 - min(place, 9)}:00:00 +0000</pubDate></item>"
        for place, link in enumerate(links)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
    return Answer(body.encode(), headers=(("ETag", etag),) if etag else (), kind="application/rss+xml")


def outlet(site: Site, name: str = "gazette", path: str = "/feed.xml", host: int = 1, kind: str = "feed") -> Outlet:
    """An outlet with one entry point on the site."""
    return Outlet(
        id=name,
        name=name,
        home=site.url("/", host),
        languages=["en"],
        country="XX",
        entry_points=[EntryPointFact(kind=kind, url=site.url(path, host), confidence="proven")],
    )


def outlets(*several: Outlet) -> Outlets:
    return Outlets({one.id: one for one in several})


def crawl(**settings: object) -> CrawlSection:
    """Settings of a crawl on loopback without pauses."""
    return CrawlSection.model_validate(
        {"delay": "0s", "timeout": "2s", "allow_private": ["127.0.0.0/8"], "every_min": "1s", **settings}
    )


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """A site that is up."""
    with Site() as up:
        yield up
