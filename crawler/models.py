"""Tables the crawler writes. The only column another package sets is `articles.matched_revision`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawler.db import Base, Id, UTCDateTime


class EntryPoint(Base):
    """A feed or section page of an outlet and its schedule. The address is fact (YAML); the rest is what we learnt."""

    __tablename__ = "entry_points"
    __table_args__ = (UniqueConstraint("outlet", "url"), Index("ix_entry_points_due", "retired_at", "next_check_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    outlet: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)  # a name of crawler.spiders
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    every_s: Mapped[int | None]  # a fixed interval, from the configuration
    priority: Mapped[float] = mapped_column(default=1.0)
    expected_a_day: Mapped[float | None]  # the outlet's `expect`
    next_check_at: Mapped[datetime] = mapped_column(UTCDateTime)
    interval_s: Mapped[int]  # the wait that was decided last, before failures and jitter
    rhythm: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # crawler.rhythm.to_json
    span_s: Mapped[int | None]  # how far back the last list reached
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the host's Retry-After
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    checks: Mapped[int] = mapped_column(default=0)
    first_read_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # first check that delivered and stored its items
    last_read_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # last check that delivered, or had nothing new to
    hole_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # what a list after a long pause no longer reached
    hole_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    checking_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # claimed, and not ended yet
    last_checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_outcome: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="yaml")  # yaml | found (by healing; no YAML names it)
    instead_of: Mapped[str] = mapped_column(Text, default="")  # of a found one: the dead address it stands in for
    moved_to: Mapped[str] = mapped_column(Text, default="")  # where redirects for good lead
    moved_checks: Mapped[int] = mapped_column(default=0)  # checks in a row that saw them; see schedule.MOVED_CHECKS
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    full_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # last answer that was no 304
    distrusted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # its validators stayed the same over new items
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # no longer in the configuration


class Healing(Base):
    """One look for a better entry point of an outlet, or a move that was believed. Claimed by its constraint."""

    __tablename__ = "healings"
    __table_args__ = (UniqueConstraint("outlet", "day", "why"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    outlet: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    why: Mapped[str] = mapped_column(Text)  # dead | stale | unproven | moved
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    lost: Mapped[str] = mapped_column(Text)  # the address that made it needed
    outcome: Mapped[str] = mapped_column(Text)  # looking | healed | nothing found | moved
    kind: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)  # what was found
    reason: Mapped[str] = mapped_column(Text)


class Check(Base):
    """One reading of one entry point: what was asked and what came. The raw material of health."""

    __tablename__ = "checks"
    __table_args__ = (Index("ix_checks_entry_point_id_at", "entry_point_id", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_point_id: Mapped[int] = mapped_column(ForeignKey("entry_points.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    first: Mapped[bool]  # no earlier check had delivered
    outcome: Mapped[str] = mapped_column(
        Text
    )  # a word of schedule.Outcome: ok | not modified | empty | rate-limited | blocked | not a feed | dead channel ...
    reason: Mapped[str] = mapped_column(Text, default="")
    listed: Mapped[int] = mapped_column(default=0)
    saved: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    took_ms: Mapped[int] = mapped_column(default=0)
    # What was published between these moments may be missing: the list no longer reached it, and no archive gave it.
    hole_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hole_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CheckDay(Base):
    """One entry point's day (UTC) in 24 hours, counted from `checks` and `articles`: what health and coverage read.

    Ninety days of polling are millions of checks and some thousands of these rows. Written by `tally.count`.
    """

    __tablename__ = "check_days"
    __table_args__ = (Index("ix_check_days_day", "day"),)

    entry_point_id: Mapped[int] = mapped_column(ForeignKey("entry_points.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    marks: Mapped[str] = mapped_column(Text)  # 24 letters of `tally.MARKS`, one an hour; " " where it was not read
    counts: Mapped[dict[str, list[float]]] = mapped_column(JSON)  # a name of `tally.COUNTED` -> 24 numbers
    newest_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # publication date of the newest article stored


class HealthChange(Base):
    """An outlet's health went from one state to another. What `alerts` tells the operator, and readers who lose by it.

    Rows are only added, by `health_rows.note`; `number` counts the changes of an outlet from 1, so that two judges at
    once write one row. The newest row of an outlet is its health now. Words of `was` and `state` are `health.State`;
    the first change of an outlet has the `was` "new". Whoever delivers reads the rows after the last id it told of
    (`health_rows.changes_after`), folds them (`health.fold`: what broke and mended in between says nothing) and asks
    `coverage.lost_coverage` / `coverage.regained_coverage` which watchlists are worth an interruption.
    """

    __tablename__ = "health_changes"
    __table_args__ = (UniqueConstraint("outlet", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    outlet: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    was: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text, default="")  # of "blocked": what blocks ("qrator challenge"); else ""
    since: Mapped[datetime] = mapped_column(UTCDateTime)  # the first sign of it, earlier than `at`
    cause: Mapped[str] = mapped_column(Text)  # one sentence, in English
    advice: Mapped[str] = mapped_column(Text)  # what to do, in English; "" where there is nothing to do
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)  # when it was noticed


class KnownUrl(Base):
    """An article address an entry point named, and how it ended. Keeps a second poll from fetching anything again."""

    __tablename__ = "known_urls"
    __table_args__ = (Index("ix_known_urls_outlet_seen_at", "outlet", "seen_at"),)

    url: Mapped[str] = mapped_column(Text, primary_key=True)  # urls.canonical() of the listed address
    address: Mapped[str] = mapped_column(Text)  # as listed; what is fetched (the canonical form is a key only)
    outlet: Mapped[str] = mapped_column(Text)
    entry_point_id: Mapped[int | None] = mapped_column(ForeignKey("entry_points.id", ondelete="SET NULL"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="SET NULL"), index=True)
    listed: Mapped[str] = mapped_column(
        Text, default=""
    )  # title and update mark as listed; a change means: fetch again
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # as listed
    from_first_crawl: Mapped[bool] = mapped_column(default=False)  # first named by the first reading of its entry point
    outcome: Mapped[str] = mapped_column(
        Text
    )  # pending | saved | unchanged | rejected | blocked | failed | quarantined
    reason: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    kills: Mapped[int] = mapped_column(default=0)  # crawl workers that died on this page
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class HostLease(Base):
    """Who may ask a host now, and from when on the next request is polite. One holder across all processes."""

    __tablename__ = "host_leases"

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[str] = mapped_column(Text, default="")
    leased_until: Mapped[datetime] = mapped_column(UTCDateTime)
    next_request_at: Mapped[datetime] = mapped_column(
        UTCDateTime
    )  # crawl delay counted from the end of the last request
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)  # Retry-After
    strain_s: Mapped[float] = mapped_column(default=0.0)  # the pause its slowness and refusals ask for


class Traffic(Base):
    """What was fetched of an outlet on one day of UTC, redirects and robots.txt included."""

    __tablename__ = "traffic"

    outlet: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(Id, default=0)  # as they came over the wire
    answers: Mapped[int] = mapped_column(default=0)


class Story(Base):
    """Articles that tell the same."""

    __tablename__ = "stories"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StoryKey(Base):
    """What an article of the last days is found by when a copy or a translation of it arrives, see crawler.cluster."""

    __tablename__ = "story_keys"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class Evidence(Base):
    """A stored capture: where its WARC record lies and the SHA-256 of the body. Written before the row that uses it."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    url: Mapped[str] = mapped_column(Text, index=True)
    captured_at: Mapped[datetime] = mapped_column(UTCDateTime)
    warc_file: Mapped[str] = mapped_column(Text)  # relative to the evidence folder
    warc_offset: Mapped[int] = mapped_column(Id)
    record_id: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    tls_verified: Mapped[bool]


class Article(Base):
    """The newest text of an article. Earlier texts are revisions."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_text_hash", "text_hash"),
        Index("ix_articles_outlet_first_seen_at", "outlet", "first_seen_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    canonical_url: Mapped[str] = mapped_column(Text, unique=True)
    outlet: Mapped[str] = mapped_column(Text)
    story_id: Mapped[int] = mapped_column(ForeignKey("stories.id"), index=True)
    origin_id: Mapped[int | None] = mapped_column(Id)  # the article whose source this one repeats; null: its own
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    title: Mapped[str] = mapped_column(Text)
    authors: Mapped[list[str]] = mapped_column(JSON)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    published_precision: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    language: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text, default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)  # languages.fold(title and text): what full-text search reads
    text_hash: Mapped[str] = mapped_column(Text)  # SHA-256 of the folded text
    image: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(JSON)
    notes: Mapped[list[str]] = mapped_column(JSON)
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)  # when the newest revision was stored
    from_first_crawl: Mapped[bool]  # came with the first reading of its entry point
    # Its outlet took it down: seen twice, an hour or more apart. Our text stays. Null again when it is back.
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    gone_reason: Mapped[str] = mapped_column(Text, default="")
    gone_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))  # the answer that said so
    revision: Mapped[int] = mapped_column(default=1)
    matched_revision: Mapped[int] = mapped_column(default=0)


# Few rows are unmatched at any time: a partial index keeps the matcher's question cheap at any size of the store.
Index(
    "ix_articles_unmatched",
    Article.id,
    sqlite_where=Article.matched_revision < Article.revision,
    postgresql_where=Article.matched_revision < Article.revision,
)


class Revisit(Base):
    """When an article is asked for again, for edits and deletions. The row ends with the last of its ages."""

    __tablename__ = "revisits"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    outlet: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    born_at: Mapped[datetime] = mapped_column(UTCDateTime)  # ages are counted from here
    matched: Mapped[bool] = mapped_column(default=False)  # a watch fired on it: asked first and more often
    next_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    asked: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    missing_since: Mapped[datetime | None] = mapped_column(UTCDateTime)  # first answer that it is not there


class Revision(Base):
    """An earlier text of an article."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("article_id", "revision"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    revision: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(Text)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)
