"""/name: what a name may be in the other scripts, or how alike two names are."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from alerts import drafts
from alerts.bot.talk import Asked, Reply, quoted
from alerts.locale import Texts
from alerts.render import Button
from alerts.terms import quote

LONGEST = 2_000  # characters that are searched for persons
PERSONS = 5
READINGS = 3
SCRIPTS = ("ru", "en", "ar")

_BETWEEN = re.compile(r"\s+=\s+|\n")


def name(session: Session, asked: Asked) -> Reply:
    """/name NAME, /name TEXT with persons in it, /name ONE = OTHER."""
    text = asked.text.strip()[:LONGEST]
    if not text:
        return Reply(asked.said("name_how"))
    return Reply(later=lambda: _read(asked, text))


def _read(asked: Asked, text: str) -> Reply:
    """In a thread: the tables of names are large, and read when first asked for."""
    from crawler.names import compare, persons

    two = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if len(two) == 2 and all(len(part.split()) <= 4 for part in two):
        found = compare(*two)
        said = "name_same" if found.score >= SAME else "name_alike" if found.score >= ALIKE else "name_other"
        return Reply(
            f"{quoted(two[0])} = {quoted(two[1])}\n{asked.said(said)} ({found.score:.2f})\n{quoted(str(found), 600)}"
        )
    named = list(dict.fromkeys(mention.text for mention in persons(text)))
    if not named and len(text.split()) <= 4:
        named = [text]
    if not named:
        return Reply(asked.said("name_none"))
    shown = named[:PERSONS]
    blocks = [_reading(one, asked.said) for one in shown]
    if len(named) > PERSONS:
        blocks.append(asked.said("and_more", count=len(named) - PERSONS))
    reply = "\n\n".join(blocks)
    return Reply(reply, _watch_button(asked, shown)) if asked.private else Reply(reply)


SAME, ALIKE = 0.8, 0.6  # scores of crawler.names.compare


def _reading(name: str, said: Texts) -> str:
    from crawler.names import candidates, spellings

    lines = [quoted(name)]
    for script in ("ru", "en"):
        for one in candidates(name, script, READINGS):
            lines.append(f"  {script} · {quoted(one.text)} · {round(one.score * 100)} % · {quoted(one.why, 160)}")
    if len(lines) == 1:
        lines.append("  " + said("name_abstains"))
    for script in SCRIPTS:
        looked_for = ", ".join(quoted(form, 60) for form in spellings(name, script)[:READINGS])
        lines.append(f"  {said('name_looked_for', script=script)} {looked_for}")
    return "\n".join(lines)


def _watch_button(asked: Asked, names: list[str]) -> tuple[tuple[Button, ...], ...]:
    """[Watch] for the first of them, kept as a draft of its own."""
    with asked.around.database.begin() as session:
        what = {"lines": [f"name:{quote(one)}" for one in names]}
        draft = drafts.keep(session, "names", asked.user, asked.address, what, asked.now, looked_at=asked.now)
    return ((Button(asked.said("button_watch_names"), f"watchnames:{draft}"),),)


def watch_names(session: Session, asked: Asked) -> Reply:
    """[Watch] under readings: the names as /watch would take them."""
    from alerts.bot.commands.watching import drafted

    draft = drafts.find(session, asked.words[1], "names", asked.user, asked.address, asked.now)
    lines = list(draft.what["lines"])
    return Reply(asked.said("looking"), later=lambda: drafted(asked, lines))


COMMANDS = {"name": name}
BUTTONS = {"watchnames": watch_names}
