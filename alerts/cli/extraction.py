"""rasad extract: saved pages to clean text, without network or database."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import is_address, json_line, now, outlet_named, outlets, settings
from crawler.errors import UsageError

if TYPE_CHECKING:
    from crawler.outlets import Outlet
    from crawler.types import Draft

GZIP = b"\x1f\x8b"
MOST_UNPACKED = 100 * 10**6  # bytes; no page is that long, a gzip bomb is


def register(app: typer.Typer) -> None:
    app.command(
        epilog="Examples: rasad extract page.html --url https://site.example/1 | "
        "rasad extract --index pages.tsv | curl -s URL | rasad extract - --url URL"
    )(extract)


def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="Saved pages as bytes, gzip too; - for stdin.")] = None,
    url: Annotated[str, typer.Option(help="The address the page was saved from.")] = "",
    outlet: Annotated[
        str, typer.Option(help="Read by this outlet's rules. [the outlet of the address, if known]")
    ] = "",
    index: Annotated[
        Path | None, typer.Option(help="A TSV with columns html (path, relative to the TSV) and url, for many pages.")
    ] = None,
) -> None:
    """Extract saved pages: one JSON line per page in input order, an article or {"rejected": reason}.

    Exit 1 when a file cannot be read; the other pages are read all the same.
    """
    if bool(files) == bool(index):
        raise UsageError("give FILES with --url, or --index TSV")
    if files and not url:
        raise UsageError("--url is missing: the address decides on rules, dates and links")
    if files and not is_address(url):
        raise UsageError(f"--url {url!r} is not an http or https address")
    known = outlets(settings())
    named = outlet_named(known, outlet) if outlet else None
    failed = 0
    for path, address in _indexed(index) if index else ((file, url) for file in files or []):
        try:
            body = saved_page(path)
            _refuse_address(address)
        except (OSError, EOFError, zlib.error, ValueError) as error:
            failed += 1
            why = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            typer.secho(f"{path}: {why}", fg="red", err=True)
            typer.echo(json_line({"file": str(path), "url": address, "rejected": why}))
            continue
        typer.echo(json_line({"file": str(path), **_read(body, address, named or known.of_url(address))}))
    if failed:
        raise typer.Exit(1)


def saved_page(path: Path) -> bytes:
    """The page's bytes, unpacked. Raises what reading and unpacking raise, ValueError when it grows too large."""
    body = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    if not body.startswith(GZIP):
        return body
    with gzip.open(io.BytesIO(body)) as packed:
        unpacked = packed.read(MOST_UNPACKED + 1)
    if len(unpacked) > MOST_UNPACKED:
        raise ValueError(f"more than {MOST_UNPACKED} bytes when unpacked")
    return unpacked


def _refuse_address(address: str) -> None:
    """ValueError for what no page can have been saved from."""
    if not is_address(address):
        raise ValueError(f"{address!r} is not an http or https address")


def _indexed(index: Path) -> Iterator[tuple[Path, str]]:
    try:
        with index.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            missing = {"html", "url"} - set(rows.fieldnames or ())
            if missing:
                found = ", ".join(rows.fieldnames or ()) or "nothing"
                raise UsageError(f"{index}:1: no column {' and '.join(sorted(missing))}; found {found}")
            for row in rows:
                yield index.parent / (row["html"] or ""), row["url"] or ""
    except (OSError, UnicodeDecodeError) as cause:
        raise UsageError(f"{index}: cannot be read: {cause}") from cause


def _read(body: bytes, address: str, outlet: Outlet | None) -> dict[str, Any]:
    from crawler.extract import extract as read
    from crawler.reading import rules_of
    from crawler.types import Blocked, Page, Rejected

    at = now()
    page = Page(url=address, requested_url=address, status=200, headers=(), body=body, fetched_at=at)
    draft = read(page, rules_of(outlet) if outlet else None, at)
    if isinstance(draft, Rejected | Blocked):
        word = "rejected" if isinstance(draft, Rejected) else "blocked"
        return {"url": address, "rejected": draft.reason if word == "rejected" else f"blocked: {draft.reason}"}
    return draft_row(draft, outlet.id if outlet else "")


def draft_row(draft: Draft, outlet: str) -> dict[str, Any]:
    """A draft with the keys every jsonl output of an article has; `first_seen_at` is null, nothing is stored."""
    return {
        "url": draft.url,
        "canonical_url": draft.canonical_url,
        "outlet": outlet,
        "title": draft.title,
        "authors": draft.authors,
        "published_at": draft.published.at,
        "published_precision": draft.published.precision,
        "language": draft.language,
        "section": draft.section,
        "text": draft.text,
        "first_seen_at": None,
        "matches": [],
        "lead": draft.lead,
        "updated_at": draft.updated_at,
        "image": draft.image,
        "tags": draft.tags,
        "notes": draft.notes,
    }
