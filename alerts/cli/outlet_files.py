"""rasad outlets add and record: the files of an outlet that Rasad writes, its YAML and its recorded pages."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.outlets import outlets, turns
from alerts.cli.shared import console, is_address, now, outlet_named, settings
from alerts.cli.shared import outlets as known_outlets
from crawler.errors import ConfigError, FetchError, UsageError
from crawler.outlets import Outlet

if TYPE_CHECKING:
    from alerts.config import Settings
    from crawler.introduction import Introduction, Shown
    from crawler.outlets import Outlets
    from crawler.types import Page

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


def register(app: typer.Typer) -> None:
    """`add` and `record` are commands of `rasad outlets`."""
    outlets.command(epilog="Example: rasad outlets add https://site.example")(add)
    outlets.command(epilog="Example: rasad outlets record fontanka https://www.fontanka.ru/2026/11/22/70000001/")(
        record
    )


def add(
    address: Annotated[str, typer.Argument(help="Home page, feed or t.me channel of the outlet.")],
    outlet_id: Annotated[str, typer.Option("--id", help="The file's name. [made of the host]")] = "",
    folder: Annotated[Path | None, typer.Option(help="Where to write. [the first of `outlets.folders`]")] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print the YAML on stdout and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also what is known already; overwrite the file.")] = False,
    yes: YesOption = False,
) -> None:
    """Get to know an outlet: find its feed, language and time zone, show three articles as proof, write its YAML.

    Asks about a dozen pages, politely. Exit 1 when the site cannot be read or lists nothing.
    """
    from crawler.introduction import introduce

    if not is_address(address):
        raise UsageError(f"{address!r} is not an http or https address")
    current = settings()
    target = None if only_print else _folder(current, folder)
    known = _everything(current)
    if outlet_id in known.by_id and not force:
        raise UsageError(f"there is an outlet `{outlet_id}` already; choose another --id, or say --force")
    found = introduce(
        address,
        current.config.crawl,
        now,
        known,
        lambda said: _say(said, "dim"),
        outlet_id=outlet_id,
        force=force,
        leases=turns(current),
    )
    _show_introduction(found)
    if target is None:
        typer.echo(found.yaml, nl=False)
        return
    file = target / f"{found.outlet.id}.yaml"
    if file.exists() and not force:
        raise UsageError(f"{file} is there already; choose another --id, or say --force")
    _say(found.yaml.rstrip())
    if not _confirmed(f"write {file}?", yes):
        raise typer.Exit(1)
    _write(file, found.yaml)
    typer.echo(f"wrote {file}")
    _say(_what_next(current, target, found.outlet.id))


def _everything(current: Settings) -> Outlets:
    """Every outlet there is, also the shipped ones that are not in use: none may be added twice."""
    from crawler import outlets as known

    return known.load([folder for folder in current.outlet_folders if folder.is_dir()])


def _folder(current: Settings, named: Path | None) -> Path:
    """The folder to write to. Raises ConfigError when none is configured."""
    if named is not None:
        return named
    if current.outlet_folders:
        return current.outlet_folders[0]
    raise ConfigError(
        f"{current.path or 'config.yaml'}: no folder for outlets of your own; write\n"
        "outlets:\n  folders: [my-outlets]\n"
        "into it, or say --folder DIR or --print"
    )


def _show_introduction(found: Introduction) -> None:
    """The proof and the doubts, on stderr: stdout is for the YAML."""
    _say("")
    for key, guess in found.portrait.items():
        if guess.value:
            _say(f"{key + ':':12}{guess.value}  ({guess.evidence}{'' if guess.sure else '; not sure'})")
    for shown in found.shown:
        _say("")
        _show_article(shown)
    if found.unsure:
        _say("\nnot sure of:", "yellow")
    for doubt in found.unsure:
        _say(f"  {doubt}", "yellow")
    _say("")


def _show_article(shown: Shown) -> None:
    from urllib.parse import unquote

    _say(unquote(shown.url), "blue")
    draft = shown.draft
    if draft is None:
        _say(f"  not read: {shown.reason}", "red")
        return
    from crawler.portrait import first_sentence

    at = draft.published.at
    precise = "%Y-%m-%d %H:%MZ" if draft.published.precision == "minute" else "%Y-%m-%d"
    dated = f"{at.strftime(precise)} (to the {draft.published.precision})" if at else "no date found"
    _say(f"  {draft.title}", "bold")
    _say(f"  {dated} · {draft.language} · {len(draft.text)} characters")
    _say(f"  ❝ {first_sentence(draft.text)} ❞")


def _say(line: str, style: str = "") -> None:
    from rich.text import Text

    console(stderr=True).print(Text(line, style=style), soft_wrap=True)


def _confirmed(question: str, yes: bool) -> bool:
    """Asked only where somebody can answer: a script without a terminal has said what it wants."""
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    if typer.confirm(question, default=True, err=True):
        return True
    _say("nothing was written")
    return False


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    except OSError as cause:
        raise UsageError(f"{file}: cannot be written: {cause.strerror}") from cause


def _what_next(current: Settings, folder: Path, outlet_id: str) -> str:
    read = any(folder.absolute() == known.absolute() for known in current.outlet_folders)
    unread = "" if read else f"{folder} is not among `outlets.folders` of config.yaml, so nothing reads it yet.\n"
    return f"{unread}`rasad outlets check {outlet_id}` reads it once more; the daemon reads it from its next start on."


def record(
    outlet: Annotated[str, typer.Argument(metavar="ID", help="The outlet's id.")],
    url: Annotated[str, typer.Argument(help="The article's address.")],
    file: Annotated[Path | None, typer.Option(help="A page saved before, gzip too; nothing is fetched.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to write. [the first of `outlets.folders`]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is recorded of this address.")] = False,
    yes: YesOption = False,
) -> None:
    """Record a page and what was read of it, for `rasad outlets check --recorded` to compare after an edit.

    Shows everything that was read: agree only when it is right.
    """
    from crawler import records

    if not is_address(url):
        raise UsageError(f"{url!r} is not an http or https address")
    current = settings()
    target = _folder(current, folder)
    found = outlet_named(known_outlets(current), outlet)
    pair = records.place(target, found.id, url)
    if pair.exists() and not force:
        raise UsageError(f"{pair} is there already; --force overwrites it")
    page = _page(current, found, url, file)
    expected = records.read_of(records.read_page(page, found))
    _show_read(expected)
    if not _confirmed(f"is this right? Write {pair}", yes):
        raise typer.Exit(1)
    try:
        records.write(pair, page, expected)
    except OSError as cause:
        raise UsageError(f"{pair}: cannot be written: {cause.strerror}") from cause
    typer.echo(f"wrote {pair} and its page")


def _page(current: Settings, outlet: Outlet, url: str, file: Path | None) -> Page:
    """The page, from the file or fetched now. Raises UsageError or FetchError."""
    from crawler.types import Page

    if file is None:
        from crawler.dry import fetch_one

        got = fetch_one(outlet, url, current.config.crawl, now, turns(current))
        if isinstance(got, str):
            raise FetchError(f"{url}: {got}")
        return replace(got, fetched_at=got.fetched_at.replace(microsecond=0))
    from alerts.cli.extraction import saved_page

    try:
        body = saved_page(file)
    except (OSError, EOFError, ValueError, zlib.error) as cause:
        raise UsageError(f"{file}: cannot be read: {getattr(cause, 'strerror', None) or cause}") from cause
    return Page(url=url, requested_url=url, status=200, headers=(), body=body, fetched_at=now().replace(microsecond=0))


def _show_read(expected: Mapping[str, Any]) -> None:
    for key, value in expected.items():
        if key == "text":
            _say(f"text: {len(value)} paragraphs, {sum(map(len, value))} characters", "bold")
            for line in value:
                _say(f"  {line}")
        else:
            _say(f"{key}: {', '.join(value) if isinstance(value, list) else value or 'nothing'}", "bold")
