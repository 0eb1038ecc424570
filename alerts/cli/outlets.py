"""rasad outlets: what is watched, and how an outlet is added, checked and kept from drifting."""

from __future__ import annotations

import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.cli.shared import (
    Format,
    FormatOption,
    console,
    is_address,
    json_line,
    now,
    outlet_named,
    settings,
)
from alerts.cli.shared import outlets as known_outlets
from crawler.errors import ConfigError, FetchError, UsageError
from crawler.outlets import Outlet, trust

if TYPE_CHECKING:
    from alerts.config import Settings
    from crawler.db import Database
    from crawler.fetch.turns import Leases
    from crawler.healing import Move
    from crawler.introduction import Introduction, Shown
    from crawler.outlets import Outlets
    from crawler.records import Difference
    from crawler.types import Page

outlets = typer.Typer(help="The outlets that are watched.", no_args_is_help=True)

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


def register(app: typer.Typer) -> None:
    app.add_typer(outlets, name="outlets")


@outlets.command("list", epilog="Examples: rasad outlets list --language ar | rasad outlets list --json")
def list_outlets(
    language: Annotated[str, typer.Option(help="Only outlets in this language.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object an outlet; the same as --format jsonl.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Every outlet: language, leaning, entry points, last article, health in one word; what was healed."""
    current = settings()
    loaded = known_outlets(current)
    known = _known(current.database_url, loaded.by_id)
    chosen = [one for _, one in sorted(loaded.by_id.items()) if not language or language in one.languages]
    rows = [_row(outlet, known.get(outlet.id, Known())) for outlet in chosen]
    if as_json or form is Format.jsonl:
        for row in rows:
            typer.echo(json_line(row))
        return
    _print_outlets(rows)


@dataclass(slots=True)
class Known:
    """What the database knows of an outlet."""

    articles: int = 0
    last_article: datetime | None = None
    checks: list[tuple[datetime, str]] = field(default_factory=list)  # the last of each entry point
    moves: list[Move] = field(default_factory=list)
    health: str = "new"


def _known(database_url: str, judged: Mapping[str, Outlet] | None = None) -> dict[str, Known]:
    """By outlet; empty before the first `rasad db upgrade`. The health of those in `judged` is looked at besides."""
    from sqlalchemy import func, select

    from crawler import healing, health_rows
    from crawler.models import Article, EntryPoint

    opened = _opened(database_url)
    if opened is None:
        return {}
    known: dict[str, Known] = defaultdict(Known)
    with opened.read() as session:
        for point in session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None)).order_by(EntryPoint.id)):
            if point.last_checked_at:
                known[point.outlet].checks.append((point.last_checked_at, point.last_outcome))
        newest = func.max(func.coalesce(Article.published_at, Article.first_seen_at))
        query = select(Article.outlet, func.count(), newest).where(
            func.coalesce(Article.published_at, Article.first_seen_at) <= now()
        )
        for outlet, count, last in session.execute(query.group_by(Article.outlet)):
            known[outlet].articles, known[outlet].last_article = count, last
        for outlet, moves in healing.moves(session).items():
            known[outlet].moves = moves
        for health in health_rows.judged(session, judged, now()) if judged else ():
            known[health.outlet].health = health.state
    return known


def _opened(database_url: str) -> Database | None:
    """The database if there is one of this program's schema; asking makes none."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from crawler.db import Database
    from crawler.errors import DatabaseError
    from migrations.schema import require_current

    try:
        address = make_url(database_url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            return None
        opened = Database(database_url)
        require_current(opened)
    except (DatabaseError, ArgumentError):
        return None
    return opened


def _turns(current: Settings) -> Leases | None:
    """The turns of a daemon beside us, where there may be one: no host is asked by two processes at a time."""
    opened = _opened(current.database_url)
    if opened is None:
        return None
    from crawler.store import Stored

    return Stored(opened, current.evidence, current.config.crawl, now).leases


# How far an entry point is trusted -> the mark behind its kind.
_MARKS = {"proven": "", "unproven": "?"}


def _row(outlet: Outlet, known: Known) -> dict[str, Any]:
    found = [move for move in known.moves if move.url not in [point.url for point in outlet.entry_points]]
    return {
        "id": outlet.id,
        "name": outlet.name,
        "home": outlet.home,
        "languages": outlet.languages,
        "country": outlet.country,
        "leaning": outlet.leaning_on(now().date()),
        "trust": trust(outlet),
        "entry_points": [
            {"kind": point.kind, "url": point.url, "confidence": point.confidence} for point in outlet.entry_points
        ],
        "found": [
            {"kind": one.kind, "url": one.url, "instead_of": one.instead_of, "since": one.since, "yaml": one.yaml}
            for one in found
        ],
        "articles": known.articles,
        "last_article": known.last_article,
        "last_checks": [{"at": at, "outcome": outcome} for at, outcome in known.checks],
        "health": "archive" if outlet.archive_only else known.health,
    }


def _print_outlets(rows: Sequence[dict[str, Any]]) -> None:
    """A table that stays legible at 80 columns, the counts, and what a person should write into a YAML."""
    from rich.table import Table
    from rich.text import Text

    from crawler.health import COLOURS

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for column, width in (("id", 14), ("lang", 5), ("leaning", 16), ("entry points", 14), ("newest", 10)):
        table.add_column(column, max_width=width, no_wrap=True, overflow="ellipsis")
    table.add_column("health", max_width=16, no_wrap=True, overflow="ellipsis")
    for row in rows:
        kinds = [f"{one['kind']}{_MARKS.get(one['confidence'], '~')}" for one in row["entry_points"]]
        kinds += [f"{one['kind']}+" for one in row["found"]]
        languages, word = ",".join(row["languages"]), row["health"]
        table.add_row(
            row["id"],
            languages,
            row["leaning"],
            " ".join(kinds),
            _age(row["last_article"]),
            Text(word, COLOURS.get(word, "dim")),
        )
    out = console()
    out.print(table)
    counts = Counter(row["trust"] for row in rows)
    told = ", ".join(f"{counts[word]} {word}" for word in ("proven", "listed", "unproven", "archive only"))
    out.print(f"\n{len(rows)} outlets: {told}", style="bold")
    out.print("kind: proven by us · kind~ in lists of others · kind? unproven · kind+ found by Rasad", style="dim")
    for row in rows:
        for one in row["found"]:
            gone = f" instead of {one['instead_of']}" if one["instead_of"] else ""
            out.print(
                Text(f"{row['id']}: reads {one['url']}{gone}; write into its YAML: {one['yaml']}", "yellow"),
                soft_wrap=True,
            )


def _age(at: datetime | None) -> str:
    if at is None:
        return ""
    age = now() - at
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min"
    return f"{age // timedelta(hours=1)} h" if age < timedelta(days=2) else f"{at:%Y-%m-%d}"


@outlets.command(epilog="Example: rasad outlets show fontanka")
def show(
    outlet: Annotated[str, typer.Argument(help="The outlet's id.")],
    form: FormatOption = Format.table,
) -> None:
    """Everything the outlet's YAML says."""
    found = outlet_named(known_outlets(settings()), outlet)
    facts = found.model_dump(mode="json", exclude_defaults=True)
    if form is Format.jsonl:
        typer.echo(json_line(facts))
        return
    import yaml
    from rich.text import Text

    console().print(Text(yaml.safe_dump(facts, allow_unicode=True, sort_keys=False).rstrip()))


# --- check and record ------------------------------------------------------------------------------------------------


@outlets.command(epilog="Examples: rasad outlets check fontanka | rasad outlets check --recorded")
def check(
    outlet: Annotated[str, typer.Argument(metavar="[ID]", help="The outlet's id.")] = "",
    recorded: Annotated[
        bool, typer.Option("--recorded", help="Read the recorded pages again and show what differs; no network.")
    ] = False,
) -> None:
    """Fetch the outlet once, dry, and print every step's reasoning. Stores nothing.

    Exit 1 when it cannot be read, or when a recorded page reads otherwise than a person agreed to.
    """
    current = settings()
    known = known_outlets(current)
    found = outlet_named(known, outlet) if outlet else None
    if recorded:
        raise typer.Exit(0 if _replay(current, known, outlet) else 1)
    if found is None:
        raise UsageError("name an outlet, or say --recorded")
    from crawler import dry

    moves = _known(current.database_url).get(found.id, Known()).moves
    raise typer.Exit(0 if dry.check_outlet(found, current.config.crawl, now, typer.echo, moves, _turns(current)) else 1)


def _replay(current: Settings, known: Outlets, outlet_id: str) -> bool:
    """Whether every recorded page reads as it was agreed."""
    from crawler import records

    count = drifted = 0
    for record in (one for folder in current.outlet_folders for one in records.records(folder, outlet_id)):
        count += 1
        if record.outlet not in known.by_id:
            changed = [records.Difference("outlet", record.outlet, "no outlet of this id")]
        else:
            changed = records.differences(record, known.by_id[record.outlet])
        drifted += bool(changed)
        typer.echo(f"{'differs' if changed else 'as agreed'}  {record.outlet}  {record.page.url}")
        for one in changed:
            _show_difference(one)
    if not count:
        typer.secho("no page is recorded; `rasad outlets record ID URL` records one", err=True)
        return False
    typer.echo(f"{count} recorded, {f'{drifted} read otherwise than agreed' if drifted else 'all as agreed'}")
    return not drifted


def _show_difference(one: Difference) -> None:
    if one.expected.startswith("- ") or one.found.startswith("+ "):
        typer.echo(f"  {one.key}:")
        for line in (*one.expected.splitlines(), *one.found.splitlines()):
            typer.secho(f"    {line}", fg="red" if line.startswith("-") else "green")
        return
    typer.echo(f"  {one.key}: {one.expected} -> {one.found}")


@outlets.command(epilog="Example: rasad outlets record fontanka https://www.fontanka.ru/2026/11/22/70000001/")
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

        got = fetch_one(outlet, url, current.config.crawl, now, _turns(current))
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


# --- add -------------------------------------------------------------------------------------------------------------


@outlets.command(epilog="Example: rasad outlets add https://site.example")
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
        leases=_turns(current),
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
