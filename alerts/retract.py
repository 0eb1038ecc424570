"""Taking an alert back: it is marked, and every chat that got it hears why, in reply to its copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.models import Alert, Delivery
from crawler.errors import UsageError

LONGEST = 500  # characters of a reason
NOTICE = "retracted"  # the text of alerts/locale/ that says so


@dataclass(frozen=True, slots=True)
class Retracted:
    """How many copies are answered, and how many were still waiting and are not sent."""

    told: int
    stopped: int


def retract(session: Session, alert_id: str, reason: str, now: datetime) -> Retracted:
    """Marks the alert, stops what has not been sent, and answers every copy that was. The caller opens the transaction.

    UsageError without a reason, for an alert nobody knows, and for one that was taken back before.
    """
    reason = " ".join(reason.split())
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise UsageError(f"no alert {alert_id!r}")
    if not 0 < len(reason) <= LONGEST:
        raise UsageError(f"say why it is taken back, in at most {LONGEST} characters: /retract {alert_id} REASON")
    if alert.retracted:
        raise UsageError(f"{alert_id} was taken back before: {alert.retracted}")
    alert.retracted = reason
    stopped = session.execute(
        update(Delivery)
        .where(Delivery.alert_id == alert_id, Delivery.status == "pending", Delivery.repeat.is_(False))
        .values(status="muted", reason=f"taken back: {reason}")
    )
    copies = _copies(session, alert_id)
    for copy in copies:
        session.add(
            Delivery(
                alert_id=None,
                digest=[],
                address=copy.address,
                watchlists=copy.watchlists,
                notice={"key": NOTICE, "id": alert_id, "reason": reason},
                reply_to=copy.id,
                not_before=now,
                created_at=now,
            )
        )
    session.flush()
    return Retracted(len(copies), int(stopped.rowcount))  # type: ignore[attr-defined]


def _copies(session: Session, alert_id: str) -> list[Delivery]:
    """What told it, or may have: its own messages, and the digests with it; one a chat, the first."""
    singly = select(Delivery).where(Delivery.alert_id == alert_id, Delivery.status.in_(("sent", "uncertain", "leased")))
    digests = select(Delivery).where(
        Delivery.alert_id.is_(None), Delivery.notice.is_(None), Delivery.status.in_(("sent", "uncertain", "leased"))
    )
    found: dict[str, Delivery] = {}
    for copy in session.scalars(singly.order_by(Delivery.id)):
        found.setdefault(copy.address, copy)
    for copy in session.scalars(digests.order_by(Delivery.id)):
        if alert_id in copy.digest:
            found.setdefault(copy.address, copy)
    return list(found.values())
