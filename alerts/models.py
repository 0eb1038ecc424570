"""Tables of people, watches and messages: written by `alerts` alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawler.db import Base, Id, UTCDateTime


class Watchlist(Base):
    """Watches under one name. `source` is "config" (read-only here) or "user"."""

    __tablename__ = "watchlists"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text)
    alleged: Mapped[bool] = mapped_column(default=False)  # its alerts are headed "Alleged"
    deliver: Mapped[str] = mapped_column(Text, default="instant")  # instant | digest, unless the subscription says else
    urgent: Mapped[bool] = mapped_column(default=False)  # told singly, in a flood too
    owner: Mapped[int | None] = mapped_column(Id)  # the Telegram user who made it
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Watch(Base):
    """One line of the watch language. Removing keeps the row, so that old alerts can still say why."""

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("watchlist_id", "query"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    watchlist_id: Mapped[str] = mapped_column(ForeignKey("watchlists.id"))
    query: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)  # in the list: a definition holds for the lines behind
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    broken: Mapped[str] = mapped_column(
        Text, default=""
    )  # why it no longer parses; set aside, never dropped in silence


class Chat(Base):
    """An address we send to, its pacing and whether it can be reached. Addresses look like `telegram:-100123`."""

    __tablename__ = "chats"

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    allowed: Mapped[bool] = mapped_column(default=True)
    suspended: Mapped[str] = mapped_column(
        Text, default=""
    )  # why nothing is sent now ("blocked by user"); /start clears it
    next_send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    language: Mapped[str] = mapped_column(Text, default="en")  # a file of alerts/locale/
    timezone: Mapped[str] = mapped_column(Text, default="UTC")
    quiet: Mapped[str] = mapped_column(Text, default="")  # "23:00-07:00" in that zone; rows wait until it is over
    muted_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    discreet: Mapped[bool] = mapped_column(default=False)  # messages name the alert and nothing else
    digest_at: Mapped[str] = mapped_column(Text, default="")  # "08:00" in that zone: when digest lists are told
    only: Mapped[list[str]] = mapped_column(JSON, default=list)  # "outlet:sana", "lang:ar": others are not told here
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class User(Base):
    """A Telegram user who may command the bot."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # Telegram's user id
    role: Mapped[str] = mapped_column(Text)  # owner | editor | reader
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Invite(Base):
    """A one-use code; only its SHA-256 is kept."""

    __tablename__ = "invites"

    code_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_by: Mapped[int | None] = mapped_column(Id)


class Subscription(Base):
    """Who gets which watchlist."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("watchlist_id", "address"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    watchlist_id: Mapped[str] = mapped_column(ForeignKey("watchlists.id"))
    address: Mapped[str] = mapped_column(ForeignKey("chats.address", onupdate="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(Text)  # config | user
    deliver: Mapped[str] = mapped_column(Text, default="")  # instant | digest | '' as the watchlist says
    wakes: Mapped[bool] = mapped_column(default=False)  # its urgent alerts break the chat's quiet hours
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Match(Base):
    """A revision met a watch: where in the text, and why. Spans are half-open, in code points."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("article_id", "revision", "watch_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Mapped[int]
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id"), index=True)
    spans: Mapped[list[list[int]]] = mapped_column(JSON)  # offsets into title + "\n" + text
    why: Mapped[list[str]] = mapped_column(JSON)
    tree: Mapped[list[str]] = mapped_column(JSON, default=list)  # the path through the query, one indented line a part
    quote: Mapped[str] = mapped_column(Text)
    quote_spans: Mapped[list[list[int]]] = mapped_column(JSON)  # offsets into quote
    watchlists_version: Mapped[int] = mapped_column(default=0)  # of the batch that found it, see watchlists.version
    matched_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MatchFailure(Base):
    """A revision that could not be matched, wholly or by some watches: why, and when it is tried again."""

    __tablename__ = "match_failures"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Alert(Base):
    """A story and what is new about it. `id` is short, starts with a letter and is what people and commands say.

    `held` is '' for an alert that is sent, else why it waits ("old at first crawl"); `late` marks one sent though old.
    """

    __tablename__ = "alerts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    revision: Mapped[int]
    alleged: Mapped[bool]
    late: Mapped[bool] = mapped_column(default=False)
    held: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # of the text, see alerts.facts
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when a held alert was put into a digest
    retracted: Mapped[str] = mapped_column(Text, default="")  # why an editor took it back
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class AlertMatch(Base):
    """Which matches an alert tells of. A watch fires once per story: that is this table's constraint.

    `story_id` is null where a reply tells what else is new in a text whose watch had fired: it fires no second time.
    """

    __tablename__ = "alert_matches"
    __table_args__ = (UniqueConstraint("story_id", "watch_id"),)

    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"), primary_key=True)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id"))
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id"))


class Delivery(Base):
    """The outbox: an alert (or a digest of held ones) on its way to one chat.

    status: pending -> leased -> sent | uncertain | failed, or pending -> folded (its alert is told in a digest), or
    pending -> muted (somebody in the chat said that the story is none of theirs); outside from the start when the chat
    asked for other outlets or languages only.
    `uncertain` means the channel may have accepted it; it is sent again, marked as a possible repeat under the same
    alert id.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("alert_id", "address"),
        UniqueConstraint("address", "once"),
        Index("ix_deliveries_due", "status", "not_before"),
        Index("ix_deliveries_address_sent_at", "address", "sent_at"),
        Index("ix_deliveries_sent_at", "sent_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    digest: Mapped[list[str]] = mapped_column(JSON)  # the alerts of a digest; alert_id is null then
    address: Mapped[str] = mapped_column(ForeignKey("chats.address", onupdate="CASCADE"))
    notice: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # a line of our own, neither alert nor digest
    once: Mapped[str | None] = mapped_column(Text)  # what a notice is about; a chat hears of it once
    watchlists: Mapped[list[str]] = mapped_column(JSON)  # the lists of this chat that fired
    news: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # what a reply tells that the chat had not
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))  # the story's first message there
    shown: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the message says that may change
    deliver: Mapped[str] = mapped_column(Text, default="instant")  # digest: waits for the chat's next digest
    folded_into: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"), index=True)  # the digest that tells it
    edit_after: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the next change of it, see alerts.recount
    urgent: Mapped[bool] = mapped_column(default=False)  # sent singly, in a flood too
    wakes: Mapped[bool] = mapped_column(default=False)  # breaks the chat's quiet hours
    silent: Mapped[bool] = mapped_column(default=False)  # arrives without a sound
    status: Mapped[str] = mapped_column(Text, default="pending")
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease: Mapped[str] = mapped_column(Text, default="")  # holder's token; settling with another one changes nothing
    attempts: Mapped[int] = mapped_column(default=0)
    repeat: Mapped[bool] = mapped_column(default=False)  # this sending may be a repeat, and says so
    plain: Mapped[bool] = mapped_column(default=False)  # the channel refused our formatting once
    reason: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Told(Base):
    """What a chat was told of a story, so that it hears of it once: a person, a denial, a state outlet, see alerts.novelty."""

    __tablename__ = "told"

    address: Mapped[str] = mapped_column(
        ForeignKey("chats.address", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True
    )
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), primary_key=True)
    matter: Mapped[str] = mapped_column(Text, primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Feedback(Base):
    """What a reader said of an alert with one tap. The last word of each reader counts."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("alert_id", "address", "user_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(ForeignKey("chats.address", onupdate="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(Id)
    verdict: Mapped[str] = mapped_column(Text)  # right | wrong person | not relevant
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Draft(Base):
    """What somebody was shown in a chat and has not decided on: watches to save, an edit, narrower queries, an undo.

    `what` is read by the file of alerts/drafts.py that wrote it. Nothing of it holds until its button is pressed.
    """

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)  # add | edit | narrow | undo
    user_id: Mapped[int] = mapped_column(Id)  # who alone may press its buttons
    address: Mapped[str] = mapped_column(Text)  # and where
    what: Mapped[dict[str, Any]] = mapped_column(JSON)
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)  # what was stored since has not been asked about
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Note(Base):
    """Small facts the daemon must remember across a kill: a key and a JSON value (first report printed, ...)."""

    __tablename__ = "notes"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
