"""The preserved copy: there before its row, whole after a crash, and the very bytes that came."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawler.errors import RasadError
from crawler.evidence import EvidenceWriter, read
from crawler.types import Page

PAGE = Page(
    url="https://news.example/خبر",
    requested_url="http://news.example/1",
    status=200,
    headers=(("content-type", "text/html; charset=windows-1256"), ("content-encoding", "gzip"), ("x-note", "a\nb")),
    body="<p>خبر</p>".encode("cp1256"),
    fetched_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
)


def page(n: int) -> Page:
    return replace(PAGE, url=f"https://news.example/{n}", body=f"page {n} ".encode() * 1000)


def test_body_comes_back_byte_for_byte(tmp_path: Path) -> None:
    """Each record is found by its offset and has the SHA-256 that was promised."""
    writer = EvidenceWriter(tmp_path)
    captures = [writer.preserve(one) for one in (PAGE, page(1), page(2))]
    assert [PAGE.body, page(1).body, page(2).body] == [read(capture, tmp_path) for capture in captures]
    assert hashlib.sha256(PAGE.body).hexdigest() == captures[0].sha256


def test_another_reader_understands_the_file(tmp_path: Path) -> None:
    """fastwarc, which did not write it, sees every record with address, headers and body."""
    writer = EvidenceWriter(tmp_path)
    for one in (PAGE, page(1)):
        writer.preserve(one)
    (path,) = tmp_path.iterdir()
    with path.open("rb") as file:
        seen = [
            (record.headers["WARC-Target-URI"], record.http_headers.status_code, record.reader.read())
            for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True)
        ]
    assert [(PAGE.url, 200, PAGE.body), (page(1).url, 200, page(1).body)] == seen


def test_record_torn_by_a_kill_spoils_no_other(tmp_path: Path) -> None:
    """Half a record at the end of a dead process's file; all before it can be read, and a new process goes on."""
    writer = EvidenceWriter(tmp_path)
    kept = writer.preserve(page(1))
    torn = writer.preserve(page(2))
    path = tmp_path / torn.warc_file
    os.truncate(path, path.stat().st_size - 20)
    after = EvidenceWriter(tmp_path).preserve(page(3))
    assert [page(1).body, page(3).body] == [read(kept, tmp_path), read(after, tmp_path)]
    with pytest.raises(RasadError):
        read(torn, tmp_path)


def test_files_are_closed_at_their_size(tmp_path: Path) -> None:
    """A new file begins when the old one is full."""
    writer = EvidenceWriter(tmp_path, rotate_bytes=100)
    names = {writer.preserve(page(n)).warc_file for n in range(3)}
    assert 3 == len(names) == len(list(tmp_path.iterdir()))


def test_changed_or_missing_copy_is_noticed(tmp_path: Path) -> None:
    """A body that is not the stored one, or a file that is gone, is an error that names the file."""
    capture = EvidenceWriter(tmp_path).preserve(PAGE)
    with pytest.raises(RasadError, match="not the page"):
        read(replace(capture, sha256="0" * 64), tmp_path)
    (tmp_path / capture.warc_file).unlink()
    with pytest.raises(RasadError, match="cannot be read"):
        read(capture, tmp_path)


def test_others_cannot_read_the_evidence(tmp_path: Path) -> None:
    """Folder and files belong to the service alone."""
    capture = EvidenceWriter(tmp_path / "evidence").preserve(PAGE)
    modes = [(tmp_path / "evidence" / name).stat().st_mode & 0o077 for name in (".", capture.warc_file)]
    assert modes == [0, 0]


def test_page_shared_by_several_articles_is_written_once(tmp_path: Path) -> None:
    """The very page written last has its record already; an equal page that was fetched again has its own."""
    writer = EvidenceWriter(tmp_path)
    first, again, anew = (writer.preserve(one) for one in (PAGE, PAGE, replace(PAGE)))
    assert first == again
    assert first.warc_offset < anew.warc_offset
