"""The preserved copy: WARC files (ISO 28500) of pages as they came, with the SHA-256 of each body.

One file per process, one gzip member per record, on the disk before the row that names it: a process that dies tears at
most the last record of its own file, and no row points there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

from crawler.errors import RasadError
from crawler.types import Page

ROTATE_BYTES = 1_000_000_000  # the size the WARC standard recommends

# Said of the transfer, not of the body we keep: it is stored unpacked.
_TRANSFER = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})


@dataclass(frozen=True, slots=True)
class Capture:
    """Where a page was put: `warc_file` within the evidence folder, `warc_offset` the start of its gzip member."""

    url: str
    captured_at: datetime
    warc_file: str
    warc_offset: int
    record_id: str
    sha256: str
    tls_verified: bool


class Place(Protocol):
    """What `read` needs to know of a capture: an `Evidence` row or a `Capture`."""

    @property
    def warc_file(self) -> str: ...
    @property
    def warc_offset(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class EvidenceWriter:
    """Appends to this process's WARC file, which is opened at the first page. Raises OSError when the disk is full."""

    def __init__(self, folder: Path, rotate_bytes: int = ROTATE_BYTES) -> None:
        self.folder = folder
        self._rotate_bytes = rotate_bytes
        self._file: BinaryIO | None = None
        self._name = ""
        self._last: tuple[Page, Capture] | None = None

    def preserve(self, page: Page) -> Capture:
        """Writes the page and forces it to the disk; only then returns.

        The very page that was written last is not written again: the posts of one page share its record.
        """
        if self._last is not None and self._last[0] is page:
            return self._last[1]
        file = self._open(page.fetched_at)
        offset = file.tell()
        record_id = ""
        try:
            record_id = _write(file, page)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            self._abandon(file, offset)
            raise
        capture = Capture(
            url=page.url,
            captured_at=page.fetched_at,
            warc_file=self._name,
            warc_offset=offset,
            record_id=record_id,
            sha256=hashlib.sha256(page.body).hexdigest(),
            tls_verified=page.tls_verified,
        )
        self._last = (page, capture)
        return capture

    def _open(self, now: datetime) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self._rotate_bytes:
            self.close()
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._name = f"rasad-{now.astimezone(UTC):%Y%m%d%H%M%S}-{os.getpid()}-{secrets.token_hex(3)}.warc.gz"
            path = self.folder / self._name
            self._file = path.open("xb")
            path.chmod(0o600)
        return self._file

    def _abandon(self, file: BinaryIO, offset: int) -> None:
        """After a failed write: cut the torn record off and go on in a new file."""
        self._file = None
        try:
            file.close()
        except OSError:
            pass
        finally:
            os.truncate(self.folder / self._name, offset)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _write(file: BinaryIO, page: Page) -> str:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    headers = [(name, _one_line(value)) for name, value in page.headers if name not in _TRANSFER]
    headers.append(("content-length", str(len(page.body))))
    http = StatusAndHeaders(f"{page.status} {_phrase(page.status)}", headers, protocol="HTTP/1.1")
    said = {
        "WARC-Date": f"{page.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z",
        "WARC-Payload-Digest": f"sha256:{hashlib.sha256(page.body).hexdigest()}",
        "X-Rasad-TLS-Verified": "yes" if page.tls_verified else "no",
    }
    if page.requested_url != page.url:
        said["X-Rasad-Requested-URI"] = _one_line(page.requested_url)
    writer = WARCWriter(file, gzip=True)
    record = writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=http,
        warc_headers_dict=said,
    )
    writer.write_record(record)
    return str(record.rec_headers.get_header("WARC-Record-ID"))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def read(place: Place, folder: Path) -> bytes:
    """The preserved body. Raises RasadError when the file is gone or the body is not the one that was stored."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    path = folder / place.warc_file
    try:
        with path.open("rb") as file:
            file.seek(place.warc_offset)
            record = next(iter(ArchiveIterator(file)), None)
            body = bytes(record.content_stream().read()) if record is not None else b""
    except (OSError, ArchiveLoadFailed) as cause:
        raise RasadError(f"{path}: the preserved copy cannot be read: {cause}; restore the evidence folder") from cause
    if hashlib.sha256(body).hexdigest() != place.sha256:
        raise RasadError(f"{path} at {place.warc_offset}: the preserved copy is not the page that was stored")
    return body
