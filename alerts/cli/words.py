"""rasad names, rasad words: how names and words are read, for a person to check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from alerts.cli.shared import Format, FormatOption, json_line, print_rows, read_text
from crawler.errors import UsageError

names = typer.Typer(help="Names across scripts.", no_args_is_help=True)
words = typer.Typer(help="How words are read.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(names, name="names")
    app.add_typer(words, name="words")


@names.command(epilog='Example: rasad names compare "Кирилл Ананьев" "كيريل أنانيف"')
def compare(
    first: Annotated[str, typer.Argument(help="A name in any script.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    form: FormatOption = Format.table,
) -> None:
    """Whether two names are one name: the score, the aligned letters and the rule of each difference. Exit 1 if not."""
    from crawler.names import FIRES
    from crawler.names import compare as compared

    found = compared(first, second)
    if form is Format.jsonl:
        row = {"first": first, "second": second, "score": found.score, "rule": found.rule, "why": str(found)}
        typer.echo(json_line(row))
    else:
        typer.echo(f"{found.score:.3f}  {found}")
    if found.score < FIRES:
        raise typer.Exit(1)


@names.command(epilog='Example: rasad names spell "Владимир Логинов" --to ar')
def spell(
    name: Annotated[str, typer.Argument(help="A name in any script.")],
    to: Annotated[str, typer.Option(help="Only this script: ru, en or ar.")] = "",
    form: FormatOption = Format.table,
) -> None:
    """The forms that are looked for exactly: cases, Latin variants, Arabic spellings. What only sounds alike is found too."""
    from crawler.names import spellings

    scripts = [_script(to, ("ru", "en", "ar"))] if to else ["ru", "en", "ar"]
    rows = ({"script": script, "spelling": spelled} for script in scripts for spelled in spellings(name, script))
    print_rows(rows, ["script", "spelling"], form)


@names.command(epilog='Example: rasad names candidates "كوسوتوروف ايجور" --to ru')
def candidates(
    name: Annotated[str, typer.Argument(help="A name as some outlet spells it.")],
    to: Annotated[str, typer.Option(help="ru or en.")] = "ru",
    limit: Annotated[int, typer.Option(min=1)] = 5,
    form: FormatOption = Format.table,
) -> None:
    """Ranked readings in another script. Exit 1 and no row when none is good."""
    from crawler.names import candidates as readings

    found = readings(name, _script(to, ("ru", "en")), limit)
    rows = ({"text": one.text, "score": round(one.score, 3), "why": one.why} for one in found)
    if not print_rows(rows, ["text", "score", "why"], form, empty="no good reading"):
        raise typer.Exit(1)


@names.command(epilog="Example: rasad names find article.txt")
def find(
    file: Annotated[Path, typer.Argument(help="A UTF-8 text; - for stdin.")],
    readings: Annotated[
        bool, typer.Option("--readings/--no-readings", help="Read Arabic ones back into Cyrillic.")
    ] = True,
    form: FormatOption = Format.table,
) -> None:
    """The persons a text names, whether on a list or not. Offsets are half-open, in code points."""
    from crawler.names import candidates as read_back
    from crawler.names import persons

    rows: list[dict[str, Any]] = []
    for person in persons(read_text(file)):
        arabic = readings and any("\u0600" <= letter <= "\u06ff" for letter in person.text)
        best = read_back(person.text, "ru", 1) if arabic else []
        rows.append(
            {
                "start": person.start,
                "end": person.end,
                "text": person.text,
                "score": round(person.score, 3),
                "reading": best[0].text if best else "",
                "why": person.why,
            }
        )
    print_rows(rows, ["start", "end", "text", "reading", "score", "why"], form, empty="no person found")


@words.command(epilog='Example: rasad words explain "وبالمرتزقة"')
def explain(
    word: Annotated[str, typer.Argument(help="One word as it stands in a text.")],
    form: FormatOption = Format.table,
) -> None:
    """How a word is folded, which clitics come off, what it is compared by, which lexicon entries it meets."""
    from crawler.languages import explain as explained

    try:
        found = explained(word)
    except ValueError as cause:
        raise UsageError(str(cause)) from cause
    if form is Format.jsonl:
        from dataclasses import asdict

        typer.echo(json_line(asdict(found)))
    else:
        typer.echo(str(found))


def _script(asked: str, known: tuple[str, ...]) -> Literal["ru", "en", "ar"]:
    if asked not in known:
        raise UsageError(f"--to {asked!r}: write {' or '.join(known)}")
    return cast(Literal["ru", "en", "ar"], asked)
