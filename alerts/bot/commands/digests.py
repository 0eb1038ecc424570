"""[All] [Digest] [Narrow] under a digest: `digest:NUMBER:all|digest|narrow`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import fold
from alerts.bot.commands.judging import offer
from alerts.bot.talk import Asked, Reply, quoted
from crawler.errors import UsageError


def press(session: Session, asked: Asked) -> Reply:
    """What the button says, for a digest this chat got."""
    _, number, wish, *_ = (*asked.words, "", "")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return Reply()
    wishes = {"all": _all, "digest": _digest, "narrow": _narrow}
    return wishes[wish](session, asked, int(number)) if wish in wishes else Reply()


def _all(session: Session, asked: Asked, number: int) -> Reply:
    """Its alerts come singly, through the outbox and at its pace."""
    done = fold.unfold(session, number, asked.address, asked.now)
    key = "digest_all_left" if done.left else "digest_all"
    return Reply(toast=asked.said(key, count=done.count, left=done.left))


def _digest(session: Session, asked: Asked, number: int) -> Reply:
    """Its lists come once a day from now on."""
    lists = fold.prefer_digest(session, number, asked.address)
    return Reply(asked.said("digest_preferred", lists=", ".join(quoted(name, 60) for name in lists)))


def _narrow(session: Session, asked: Asked, number: int) -> Reply:
    """Narrower queries for the watch that filled the digest most."""
    loud = fold.loudest(session, number, asked.address, limit=1)
    if not loud:
        raise UsageError(f"this chat got no digest {number}")
    said = asked.said("digest_loudest", list=quoted(loud[0].watchlist, 60), count=loud[0].count)
    return Reply(said, later=lambda: offer(asked, [loud[0].watch_id]))


BUTTONS = {"digest": press}
