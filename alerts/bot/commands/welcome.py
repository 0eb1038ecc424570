"""/start, /help, /invite: coming in, and finding the way."""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import subscriptions
from alerts.bot.talk import Asked, Reply
from alerts.locale import languages


def start(session: Session, asked: Asked) -> Reply:
    """Who we are, who can read along, and that a chat which had stopped goes on."""
    lines = [asked.said("welcome", address=asked.address)]
    if asked.new:
        lines.append(asked.said("welcome_new", role=asked.said(f"role_{asked.role}")))
    reason = subscriptions.resume(session, asked.address)
    if reason:
        lines.append(asked.said("resumed", reason=reason))
    return Reply("\n\n".join(lines))


def help(session: Session, asked: Asked) -> Reply:
    """Every command, grouped, with examples one can paste."""
    choices = subscriptions.choices(session, asked.address, asked.user, asked.role)
    example = next((choice.watchlist for choice in choices), "my-names")
    return Reply(asked.said("help", example=example, languages=", ".join(languages())))


def invite(session: Session, asked: Asked) -> Reply:
    """A link that lets one person in, as a reader or with the role that is named."""
    if asked.role != "owner":
        return Reply(asked.said("owner_only"))
    if not asked.private:
        return Reply(asked.said("private_only"))
    code = subscriptions.invite(session, asked.words[0].lower() if asked.words else "reader", asked.now)
    minutes = int(subscriptions.INVITE_LIFE.total_seconds() // 60)
    link = f"https://t.me/{asked.around.username}?start={code}"
    return Reply(asked.said("invite", minutes=minutes, link=link))


COMMANDS = {"start": start, "help": help, "invite": invite}
