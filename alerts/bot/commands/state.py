"""/status and /coverage: what was read, found and sent, and what "no alert" is worth."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy.orm import Session

from alerts import scope, subscriptions
from alerts import status as counted
from alerts.bot.talk import Asked, Reply, quoted
from alerts.render import moment
from crawler import coverage as coverages
from crawler.coverage import Coverage

WINDOW = timedelta(hours=24)
NAMED = 12  # outlets in one line

_NO_LETTER = re.compile("[^a-z]")


def status(session: Session, asked: Asked) -> Reply:
    """Counts of a day; the addresses of others for the owner alone."""
    return Reply(counted.say(counted.status(session, asked.now), asked.said.language, addresses=asked.role == "owner"))


def coverage(session: Session, asked: Asked) -> Reply:
    """/coverage, /coverage LIST: which outlets were read in the last 24 hours, and why the others were not."""
    name = asked.words[0].lower() if asked.words else ""
    if name:
        subscriptions.check_visible(session, name, asked.user, asked.role)
    return Reply(later=lambda: _covered(asked, name))


def _covered(asked: Asked, watchlist: str) -> Reply:
    with asked.around.database.read() as session:
        outlets = asked.around.outlets
        only = scope.of_watchlist(session, watchlist, outlets, asked.now.date()) if watchlist else None
        found = coverages.summary(session, outlets, asked.now, window=WINDOW, only=only)
    lines = [quoted(watchlist, 60)] if watchlist else []
    return Reply("\n".join([*lines, *_said(found, asked)]))


def _said(found: Coverage, asked: Asked) -> list[str]:
    said = asked.said
    lines = [said("coverage", read=found.read, of=found.of)]
    for word, outlets in found.not_read.items():
        named = ", ".join(outlets[:NAMED])
        more = said("and_more", count=len(outlets) - NAMED) if len(outlets) > NAMED else ""
        state = said("state_" + _NO_LETTER.sub("_", word.lower()))
        lines.append(f"{state}: {quoted(named, 900)} {more}".strip())
    if found.quiet:
        lines.append(f"{said('state_quiet')}: {quoted(', '.join(found.quiet[:NAMED]), 900)}")
    for since, until in found.holes:
        start, end = (moment(at, said.language, asked.zone) for at in (since, until))
        lines.append(said("coverage_hole", since=start, until=end))
    return lines


COMMANDS = {"status": status, "coverage": coverage}
