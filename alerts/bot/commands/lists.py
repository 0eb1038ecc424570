"""/watchlists, /subscribe, /unsubscribe: which lists come to a chat, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from alerts import feedback, subscriptions
from alerts.bot.talk import Asked, Reply, quoted
from alerts.expected import Expected, expected
from alerts.locale import Texts
from alerts.models import Chat
from alerts.render import Button, clean, clip
from alerts.subscriptions import Choice
from crawler.errors import UsageError

MOST = 40  # lists with buttons; Telegram takes 100, nobody reads more
TITLE = 60

# What may be said of how a list comes -> (deliver, wakes).
HOW: Mapping[str, tuple[str | None, bool | None]] = {
    "instant": ("instant", False),
    "digest": ("digest", False),
    "urgent": ("instant", True),
}


def watchlists(session: Session, asked: Asked) -> Reply:
    """Every list by name, how many messages a day to expect, with a button each."""
    choices = _choices(session, asked)
    if not choices:
        return Reply(asked.said("watchlists_none"))
    subscribed = sum(choice.subscribed for choice in choices)
    outlook = expected(session, asked.now)
    lines = [asked.said("watchlists", subscribed=subscribed, count=len(choices))]
    lines += [_line(choice, outlook[choice.watchlist], asked.said) for choice in choices[:MOST]]
    if any(outlook[choice.watchlist].thin for choice in choices[:MOST]):
        lines.append(asked.said("expected_thin"))
    return Reply("\n".join(lines), tuple(_buttons(choice, asked) for choice in choices[:MOST]))


def subscribe(session: Session, asked: Asked) -> Reply:
    """/subscribe LIST [instant|digest|urgent] [CHAT]: an editor may name another chat, a channel for example."""
    choices = _choices(session, asked)
    if not asked.words:
        return Reply(asked.said("subscribe_which", lists=_names(choices, asked.said)))
    name, *rest = (word.lower() for word in asked.words)
    address, rest = _chat(session, asked, rest)
    how = rest[0] if rest else ""
    if how and how not in HOW:
        raise UsageError(f"{how!r}: write instant, digest or urgent behind the list")
    subscriptions.check_visible(session, name, asked.user, asked.role)
    new = subscriptions.subscribe(session, name, address, asked.now)
    if how:
        deliver, wakes = HOW[how]
        subscriptions.choose(session, name, address, deliver=deliver, wakes=wakes)
    chosen = next(one for one in subscriptions.choices(session, address) if one.watchlist == name)
    said = asked.said("subscribed" if new or how else "subscribed_already", title=_title(choices, name))
    return Reply(f"{said}\n{asked.said(_manner(chosen))}")


def unsubscribe(session: Session, asked: Asked) -> Reply:
    """/unsubscribe LIST [CHAT]"""
    choices = _choices(session, asked)
    if not asked.words:
        mine = (choice for choice in choices if choice.subscribed)
        return Reply(asked.said("unsubscribe_which", lists=_names(mine, asked.said)))
    name, *rest = (word.lower() for word in asked.words)
    address, _ = _chat(session, asked, rest)
    was = subscriptions.unsubscribe(session, name, address)
    return Reply(asked.said("unsubscribed" if was else "unsubscribed_already", title=_title(choices, name)))


def pressed_subscribe(session: Session, asked: Asked) -> Reply:
    """The list of lists as it is afterwards."""
    subscriptions.check_visible(session, asked.words[1], asked.user, asked.role)
    subscriptions.subscribe(session, asked.words[1], asked.address, asked.now)
    return replace(watchlists(session, asked), edit=True)


def pressed_unsubscribe(session: Session, asked: Asked) -> Reply:
    """The list of lists as it is afterwards."""
    subscriptions.unsubscribe(session, asked.words[1], asked.address)
    return replace(watchlists(session, asked), edit=True)


def pressed_copy(session: Session, asked: Asked) -> Reply:
    """[Copy to mine]: a list of one's own that starts as the other one; this chat gets it instead."""
    subscriptions.check_visible(session, asked.words[1], asked.user, asked.role)
    own, lines, replaced = feedback.copy_list(
        session, asked.words[1], user_id=asked.user, address=asked.address, now=asked.now
    )
    if not lines:
        return Reply(toast=asked.said("copied_before", watchlist=own))
    said = asked.said("copied", title=_title(_choices(session, asked), own), watchlist=own, count=lines)
    return Reply(said + ("\n" + asked.said("copy_replaces") if replaced else ""))


def _choices(session: Session, asked: Asked) -> list[Choice]:
    return subscriptions.choices(session, asked.address, asked.user, asked.role)


def _chat(session: Session, asked: Asked, rest: list[str]) -> tuple[str, list[str]]:
    """The address that is meant, and the words left. Another chat than this one must be known, and takes an editor."""
    named = next((word for word in rest if word.lstrip("-").partition("/")[0].isdigit()), "")
    if not named:
        return asked.address, rest
    if asked.role == "reader":
        raise UsageError("only an editor or owner can do this for another chat")
    address = subscriptions.current(session, f"telegram:{named}")
    if session.get(Chat, address) is None:
        raise UsageError(f"no chat {named}: put the bot there first, as an administrator of a channel")
    return address, [word for word in rest if word != named]


def _names(choices: Iterable[Choice], said: Texts) -> str:
    return ", ".join(choice.watchlist for choice in choices) or said("none")


def _title(choices: Iterable[Choice], watchlist: str) -> str:
    found = next((choice.title for choice in choices if choice.watchlist == watchlist), watchlist)
    return quoted(found, TITLE)


def _line(choice: Choice, outlook: Expected, said: Texts) -> str:
    named = choice.title if choice.title == choice.watchlist else f"{choice.title} ({choice.watchlist})"
    about = [quoted(named, TITLE + 42), _rate(outlook, said)]
    if choice.subscribed:
        about.append(said(f"how_{choice.deliver}" if not choice.wakes else "how_urgent"))
    return f"{'✓' if choice.subscribed else '–'} {' · '.join(about)}"


def _rate(outlook: Expected, said: Texts) -> str:
    if outlook.a_day is None:
        return said("expected_unknown")
    if outlook.a_day >= 1:
        return said("expected_daily", count=round(outlook.a_day))
    weekly = outlook.a_day * 7
    return said("expected_weekly", count=round(weekly)) if weekly >= 0.5 else said("expected_rarely")


def _manner(choice: Choice) -> str:
    return "manner_urgent" if choice.wakes else f"manner_{choice.deliver}"


def _buttons(choice: Choice, asked: Asked) -> tuple[Button, ...]:
    """Subscribe or unsubscribe; and, in private, a copy of what cannot be changed."""
    key, sign = ("button_unsubscribe", "-") if choice.subscribed else ("button_subscribe", "+")
    text = asked.said(key, title=clip(clean(choice.title), TITLE))
    row = [Button(text, f"{sign}:{choice.watchlist}")]
    if asked.private and choice.shipped:
        row.append(Button(asked.said("button_copy"), f"copy:{choice.watchlist}"))
    return tuple(row)


COMMANDS = {"watchlists": watchlists, "subscribe": subscribe, "unsubscribe": unsubscribe}
BUTTONS = {"+": pressed_subscribe, "-": pressed_unsubscribe, "copy": pressed_copy}
