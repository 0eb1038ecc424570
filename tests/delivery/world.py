"""A database with one outlet's articles, a list of watches and alerts on their way, and a channel that is a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.channels import Outcome, Sent
from alerts.models import Alert, AlertMatch, Chat, Delivery, Match, Watch, Watchlist
from alerts.render import Message
from crawler.db import Database
from crawler.errors import DatabaseError
from crawler.models import Article, Story
from crawler.outlets import Outlet

NOW = datetime(2026, 11, 22, 16, 42, tzinfo=UTC)
OUTLETS = {
    "nahr": Outlet(
        id="nahr", name="نهر نيوز", home="https://nahr.example", languages=["ar"], country="SY", archive_only=True
    )
}
TOKEN = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhh-_1"
SENTENCE = "وقال شاهد إن القتيل يدعى كيريل أنانيف في الريف."


def chat(session: Session, address: str, **settings: object) -> None:
    session.add(Chat(**{"address": address, "created_at": NOW, **settings}))
    session.flush()


def watch(session: Session, watchlist: str = "my-names", title: str = "Names", alleged: bool = False) -> int:
    session.add(Watchlist(id=watchlist, title=title, source="user", alleged=alleged, created_at=NOW))
    session.flush()
    row = Watch(watchlist_id=watchlist, query=f'name:"secret query of {watchlist}"', created_at=NOW)
    session.add(row)
    session.flush()
    return row.id


def alert(
    session: Session, alert_id: str, watches: Iterable[int], *, story: Story | None = None, **settings: object
) -> Story:
    """An article that met `watches`, and the alert about it; returns its story."""
    story = story or Story(first_seen_at=NOW)
    session.add(story)
    session.flush()
    article = Article(
        url=f"https://nahr.example/{alert_id}",
        canonical_url=f"https://nahr.example/{alert_id}",
        outlet="nahr",
        story_id=story.id,
        title="مقتل متعاقدين في هجوم",
        authors=[],
        published_at=datetime(2018, 2, 13, tzinfo=UTC),
        published_precision="day",
        language="ar",
        text=SENTENCE,
        folded="",
        text_hash=alert_id,
        tags=[],
        notes=[],
        first_seen_at=NOW,
        changed_at=NOW,
        from_first_crawl=False,
    )
    session.add(article)
    session.flush()
    session.add(
        Alert(
            **{
                "id": alert_id,
                "story_id": story.id,
                "article_id": article.id,
                "revision": 1,
                "alleged": True,
                "created_at": NOW,
                **settings,
            }
        )
    )
    at = SENTENCE.index("كيريل")
    for watch_id in watches:
        match = Match(
            article_id=article.id,
            revision=1,
            watch_id=watch_id,
            spans=[],
            why=["كيريل أنانيف = Кирилл Ананьев"],
            quote=SENTENCE,
            quote_spans=[[at, at + 12]],
            matched_at=NOW,
        )
        session.add(match)
        session.flush()
        session.add(AlertMatch(alert_id=alert_id, match_id=match.id, story_id=story.id, watch_id=watch_id))
    session.flush()
    return story


def delivery(session: Session, alert_id: str, address: str, watchlists: Iterable[str] = ("my-names",)) -> int:
    row = Delivery(
        alert_id=alert_id,
        digest=[],
        address=address,
        watchlists=list(watchlists),
        not_before=NOW,
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    return row.id


def filled(database: Database, *addresses: str, each: int = 1, urgent: bool = False) -> None:
    """`each` alerts on their way to every address; ids run a0, a1, ... `urgent` ones are never folded."""
    with database.begin() as session:
        watch_id = watch(session)
        for address in dict.fromkeys(addresses):
            chat(session, address)
        for number in range(each):
            alert(session, f"a{number}", [watch_id])
            for address in addresses:
                row = session.get_one(Delivery, delivery(session, f"a{number}", address))
                row.urgent = urgent


def rows(database: Database) -> list[Delivery]:
    with database.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


class Clock:
    """Time that stands still until told otherwise."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class ScriptedChannel:
    """Answers as its script says, `Sent` afterwards, and remembers what it was asked to send."""

    def __init__(self, *outcomes: Outcome | Exception, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.outcomes = list(outcomes)
        self.meanwhile = meanwhile
        self.sent: list[tuple[str, Message, bool]] = []

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        self.meanwhile()
        self.sent.append((address, message, plain))
        outcome = self.outcomes.pop(0) if self.outcomes else Sent(str(len(self.sent)))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Nothing is open."""


class Outage(Database):
    """A database that can be away: while it is, every transaction fails as a lost connection does."""

    away = False

    @contextmanager
    def begin(self) -> Iterator[Session]:
        if self.away:
            raise DatabaseError("database: connection refused: the server does not answer")
        with super().begin() as session:
            yield session
