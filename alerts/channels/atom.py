"""`atom:NAME` writes a private Atom feed: a file under `feeds` in the state folder whose name nobody can guess.

Serve that folder with any web server, without a listing; who knows the address can read the feed.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from alerts.channels import Outcome, Pace, Retry, Sent
from alerts.config import Settings
from alerts.render import Message
from crawler.errors import UsageError

ENTRIES = 200
DISK_WAIT = timedelta(minutes=1)

_ADDRESS = re.compile(r"atom:[a-z0-9][a-z0-9-]{0,39}")
_NS = "http://www.w3.org/2005/Atom"
ElementTree.register_namespace("", _NS)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check(address: str) -> str:
    """`atom:` and a name of small letters, digits and hyphens, such as the watchlist's."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(f"{address!r}: write atom:NAME, for example atom:named-persons")
    return address


def pace(address: str) -> Pace:
    """As fast as one likes."""
    return Pace(address, timedelta(0))


def connect(settings: Settings) -> AtomChannel:
    """Always there."""
    return AtomChannel(settings.state / "feeds")


def file(folder: Path, address: str) -> Path:
    """Where the feed of `address` lies, below the `feeds` folder. Makes the folder and its key when they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # a file can be opened by its name, names cannot be listed
    key = folder / ".key"
    with _alone(folder):
        if not key.exists():
            new = folder / ".key.new"
            new.touch(0o600)
            new.write_bytes(secrets.token_bytes(32))
            new.replace(key)
    name = hmac.new(key.read_bytes(), address.encode(), hashlib.sha256).hexdigest()[:40]
    return folder / f"{name}.xml"


class AtomChannel:
    """The newest entries, the file replaced at once; a repeat takes the place of its entry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        try:
            await asyncio.to_thread(self._write, address, message, datetime.now(UTC))
        except OSError as error:  # nothing was replaced
            return Retry(DISK_WAIT, f"the feed's file: {error.strerror}")
        return Sent()

    def _write(self, address: str, message: Message, now: datetime) -> None:
        path = file(self.folder, address)
        with _alone(self.folder):
            feed = _read(path, address)
            entry = _entry(message, now)
            others = [old for old in feed.iterfind(f"{{{_NS}}}entry") if _text(old, "id") != _text(entry, "id")]
            for old in feed.findall(f"{{{_NS}}}entry"):
                feed.remove(old)
            feed.extend([entry, *others][:ENTRIES])
            updated = feed.find(f"{{{_NS}}}updated")
            assert updated is not None
            updated.text = now.isoformat(timespec="seconds")
            _replace(path, ElementTree.tostring(feed, "utf-8", xml_declaration=True))

    async def close(self) -> None:
        """Nothing is open."""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two daemons by mistake must not overwrite each other's entry."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path, address: str) -> ElementTree.Element:
    """The feed there is, or a new one; a file that is none is kept under another name."""
    try:
        return ElementTree.parse(path).getroot()
    except FileNotFoundError:
        pass
    except ElementTree.ParseError:
        path.replace(path.with_suffix(".broken"))
    feed = ElementTree.Element(f"{{{_NS}}}feed")
    for tag, text in (("id", f"urn:rasad:feed:{path.stem}"), ("title", f"Rasad: {address}"), ("updated", "")):
        ElementTree.SubElement(feed, f"{{{_NS}}}{tag}").text = text
    author = ElementTree.SubElement(feed, f"{{{_NS}}}author")
    ElementTree.SubElement(author, f"{{{_NS}}}name").text = "Rasad"
    return feed


def _entry(message: Message, now: datetime) -> ElementTree.Element:
    entry = ElementTree.Element(f"{{{_NS}}}entry")
    shown = "".join(f'<div dir="auto">{line}</div>' for line in message.html.split("\n"))
    for tag, text in (
        ("id", f"urn:rasad:{message.id}"),
        ("title", message.plain.partition("\n")[0]),
        ("updated", now.isoformat(timespec="seconds")),
    ):
        ElementTree.SubElement(entry, f"{{{_NS}}}{tag}").text = _NOT_XML.sub("", text)
    link = next((piece.href for line in message.lines for piece in line if piece.href), "")
    if link:
        ElementTree.SubElement(entry, f"{{{_NS}}}link", href=_NOT_XML.sub("", link))
    ElementTree.SubElement(entry, f"{{{_NS}}}content", type="html").text = _NOT_XML.sub("", shown)
    return entry


def _text(element: ElementTree.Element, tag: str) -> str:
    return element.findtext(f"{{{_NS}}}{tag}") or ""


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
