"""[Right] [Wrong person] [Not relevant], the narrower queries they lead to, [Apply], [Undo], and /retract.

A word about an alert changes what this chat gets of its story, at once and nothing else. A narrower query is applied to
the list by whoever may change it, by anybody else to a copy of their own; either can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from alerts import drafts, feedback, recall, retract
from alerts.bot.talk import Asked, Buttons, Reply, quoted
from alerts.content import alert_content
from alerts.feedback import Offer
from alerts.locale import Texts
from alerts.models import Alert
from alerts.render import Button, alert_buttons


def judge(session: Session, asked: Asked) -> Reply:
    """The reader's word is stored and shown at its button; a bad one brings narrower queries."""
    _, alert_id, verdict, *_ = (*asked.words, "", "")
    feedback.judge(session, alert_id, asked.address, asked.user, verdict, asked.now)
    lists = recall.lists_told(session, alert_id, asked.address) or ()
    facts = alert_content(session, alert_id, asked.around.outlets, lists).facts
    buttons = alert_buttons(alert_id, asked.said, verdict, facts.named if facts else ())
    if verdict == "right":
        return Reply(buttons=buttons, edit=True, toast=asked.said("judged"))
    watches = feedback.watches_of(session, alert_id, lists)
    article = session.get_one(Alert, alert_id).article_id
    return Reply(
        buttons=buttons,
        edit=True,
        toast=asked.said("judged_muted"),
        later=lambda: offer(asked, watches, wrong=[article], alert_id=alert_id),
    )


def offer(asked: Asked, watches: Sequence[int], *, wrong: Sequence[int] = (), alert_id: str = "") -> Reply:
    """At most two narrower queries with their effect, as a draft; long. With `alert_id` its word can be taken back."""
    with asked.around.database.read() as session:
        found = feedback.offers(session, watches, asked.now, wrong=wrong, outlets=asked.around.outlets)
    what = {"alert": alert_id, "offers": [{"watch_id": one.watch_id, "text": one.narrower.text} for one in found]}
    with asked.around.database.begin() as session:
        draft = drafts.keep(session, "narrow", asked.user, asked.address, what, asked.now, looked_at=asked.now)
    lines = [asked.said("narrow_muted", id=alert_id)] if alert_id else []
    lines.append(asked.said("narrow_head") if found else asked.said("narrow_none"))
    lines += [_line(number, one, asked) for number, one in enumerate(found, start=1)]
    return Reply("\n".join(lines), _buttons(draft, len(found), bool(alert_id), asked.said))


def _line(number: int, one: Offer, asked: Asked) -> str:
    """The list, what is narrower about the query, and its effect; the query itself in private alone."""
    said, narrower = asked.said, one.narrower
    about = quoted(narrower.about, 80) if asked.private and narrower.about else ""
    lines = [
        f"{number}. {quoted(one.title, 60)} · {said(f'narrow_{narrower.kind}')} {about}".rstrip(),
        said("narrow_effect", dropped=narrower.dropped, total=narrower.total, right=narrower.dropped_right),
    ]
    if asked.private:
        lines.append(quoted(narrower.text))
    return "\n   ".join(lines)


def _buttons(draft: str, count: int, judged: bool, said: Texts) -> Buttons:
    row = [Button(said("button_apply", number=number + 1), f"narrow:{draft}:{number}") for number in range(count)]
    if judged:
        row.append(Button(said("button_undo"), f"undo:{draft}"))
    return (tuple(row),) if row else ()


def apply(session: Session, asked: Asked) -> Reply:
    """[Apply]: the narrower query stands in the list, or in a copy of the reader's own."""
    _, draft_id, number, *_ = (*asked.words, "", "")
    draft = drafts.find(session, draft_id, "narrow", asked.user, asked.address, asked.now)
    offers = draft.what["offers"]
    if not number.isdigit() or int(number) >= len(offers):
        return Reply()
    done = feedback.apply(
        session,
        offers[int(number)]["watch_id"],
        offers[int(number)]["text"],
        user_id=asked.user,
        role=asked.role,
        address=asked.address,
        now=asked.now,
        outlets=asked.around.outlets,
    )
    session.delete(draft)
    what = {"applied": dict(done.undo), "alert": ""}
    undo = drafts.keep(
        session, "undo", asked.user, asked.address, what, asked.now, looked_at=asked.now, life=drafts.UNDO_LIFE
    )
    title = quoted(done.title, 60)
    if done.copied:
        lines = [asked.said("applied_copy", title=title, original=quoted(done.copied, 60))]
        lines += [asked.said("copy_replaces")] if done.replaced else []
    else:
        lines = [asked.said("applied", title=title)]
    return Reply("\n".join(lines), ((Button(asked.said("button_undo"), f"undo:{undo}"),),), edit=True)


def undo(session: Session, asked: Asked) -> Reply:
    """[Undo]: of an applied query, or of the word that brought the offers."""
    draft = drafts.find_any(session, asked.words[1], ("narrow", "undo"), asked.user, asked.address, asked.now)
    done: Mapping[str, Any] = draft.what.get("applied") or {}
    if done:
        feedback.undo(session, done, asked.address, asked.now, outlets=asked.around.outlets)
    else:
        feedback.take_back(session, draft.what["alert"], asked.address, asked.user, asked.now)
    session.delete(draft)
    return Reply(asked.said("undone" if done else "undone_word"), edit=True)


def retract_alert(session: Session, asked: Asked) -> Reply:
    """/retract ID REASON: every chat that got the alert hears why it is taken back."""
    if asked.role == "reader":
        return Reply(asked.said("editor_only"))
    if len(asked.words) < 2:
        return Reply(asked.said("retract_how"))
    reason = asked.text.strip().partition(" ")[2]
    done = retract.retract(session, asked.words[0].lower(), reason, asked.now)
    return Reply(asked.said("retract_done", id=asked.words[0].lower(), told=done.told, stopped=done.stopped))


COMMANDS = {"retract": retract_alert}
BUTTONS = {"judge": judge, "narrow": apply, "undo": undo}
