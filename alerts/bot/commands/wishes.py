"""/mute, /quiet, /timezone, /digest, /only, /language, /discreet: how this chat wants to be written to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import chats, subscriptions
from alerts.bot.talk import Asked, Reply
from alerts.locale import texts
from alerts.render import moment


def mute(session: Session, asked: Asked) -> Reply:
    until = chats.mute(session, asked.address, _wish(asked), asked.now)
    if until is None:
        return Reply(asked.said("unmuted"))
    return Reply(asked.said("muted", date=moment(until, asked.said.language, asked.zone)))


def quiet(session: Session, asked: Asked) -> Reply:
    hours = chats.set_quiet(session, asked.address, _wish(asked), asked.now)
    return Reply(asked.said("quiet_set", hours=hours, timezone=asked.zone.key) if hours else asked.said("quiet_off"))


def timezone(session: Session, asked: Asked) -> Reply:
    zone = chats.set_timezone(session, asked.address, _wish(asked), asked.now)
    return Reply(asked.said("timezone_set", timezone=zone))


def digest(session: Session, asked: Asked) -> Reply:
    """The hour, and which lists of this chat come in the digest and which at once."""
    at = chats.set_digest(session, asked.address, _wish(asked), asked.now)
    mine = [one for one in subscriptions.choices(session, asked.address) if one.subscribed]
    digests = ", ".join(one.watchlist for one in mine if one.deliver == "digest") or asked.said("none")
    if not at:
        return Reply(asked.said("digest_off"))
    instant = ", ".join(one.watchlist for one in mine if one.deliver != "digest") or asked.said("none")
    return Reply(asked.said("digest_set", at=at, timezone=asked.zone.key, digests=digests, instant=instant))


def only(session: Session, asked: Asked) -> Reply:
    kept = chats.set_only(session, asked.address, _wish(asked), asked.now, _outlets(asked))
    if not kept:
        return Reply(asked.said("only_off"))
    outlets = ", ".join(one.partition(":")[2] for one in kept if one.startswith("outlet:"))
    spoken = ", ".join(one.partition(":")[2] for one in kept if one.startswith("lang:"))
    every = asked.said("only_all")
    return Reply(asked.said("only_set", outlets=outlets or every, languages=spoken or every))


def _outlets(asked: Asked) -> dict[str, str]:
    return {key: outlet.name for key, outlet in asked.around.outlets.items()}


def language(session: Session, asked: Asked) -> Reply:
    chosen = chats.set_language(session, asked.address, _wish(asked), asked.now)
    return Reply(texts(chosen)("language_set"))


def discreet(session: Session, asked: Asked) -> Reply:
    on = chats.set_discreet(session, asked.address, _wish(asked), asked.now)
    return Reply(asked.said("discreet_on" if on else "discreet_off"))


def _wish(asked: Asked) -> str:
    return " ".join(asked.words)


COMMANDS = {
    "mute": mute,
    "quiet": quiet,
    "timezone": timezone,
    "digest": digest,
    "only": only,
    "language": language,
    "discreet": discreet,
}
