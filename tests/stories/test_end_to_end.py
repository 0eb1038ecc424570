"""Three outlets, one event: what a chat receives from the first report to the denial. On SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from alerts import recount, watchlists
from alerts.channels import Failed, Outcome, Retry, Sent
from alerts.deliver import send_due
from alerts.match import match_pending
from alerts.models import Delivery
from alerts.monitor import Monitor
from alerts.render import Message
from crawler import stories
from crawler.db import Database
from crawler.ingest import ingest
from crawler.models import Article
from crawler.outlets import Leaning, Outlet
from crawler.types import Dating, Draft
from tests.delivery.world import Clock, ScriptedChannel
from tests.match.rows import NOW, subscriber, watch

CHAT = "telegram:7"


def _outlet(name: str, language: str, leaning: str = "independent") -> Outlet:
    return Outlet(
        id=name, name=name.title(), home=f"https://{name}.example", languages=[language], country="SY",
        leaning=[Leaning(label=leaning)], archive_only=True,
    )  # fmt: skip


OUTLETS = {
    one.id: one
    for one in (
        _outlet("furat", "ru"),
        _outlet("volga", "ru"),
        _outlet("nahr", "ar"),
        _outlet("vestnik", "ru", "state"),
    )
}

FIRST = (
    "Двое россиян погибли под Хашамом, рассказали их товарищи. По их словам, Кирилл Ананьев и Владимир Логинов были убиты "
    "в ночь на 8 февраля при ударе по колонне в провинции Дейр-эз-Зор. Колонна из 12 машин шла к заводу компании «Коноко», "
    "когда по ней открыли огонь. Тела отправят на родину на следующей неделе, сообщил знакомый семьи."
)
COPY = "Об этом передает корреспондент в регионе. " + FIRST
TRANSLATION = (
    "قال رفاق سابقون إن روسيين قتلا قرب خشام في محافظة دير الزور. وأضافوا أن كيريل أنانيف وفلاديمير لوجينوف قتلا "
    "ليلة 8 شباط حين قصفت قافلة من 12 سيارة كانت متجهة إلى معمل كونوكو."
)
DENIAL = FIRST + " Министерство обороны опровергло сообщения о гибели россиян под Хашамом."
TWIN = (
    "Двое россиян погибли под Пальмирой, рассказали их товарищи. По их словам, Олег Сомов и Павел Дроздов были убиты "
    "в ночь на 21 февраля при ударе по колонне в провинции Хомс. Колонна из 30 машин шла к заводу компании «Эбла», "
    "когда по ней открыли огонь. Тела отправят на родину на следующей неделе, сообщил знакомый семьи."
)


class EditingChannel(ScriptedChannel):
    """As ScriptedChannel, and messages can be changed: as `answers` say, else with success."""

    def __init__(self, *answers: Outcome) -> None:
        super().__init__()
        self.answers = list(answers)
        self.edits: list[tuple[str, str, Message]] = []

    async def edit(self, address: str, message_id: str, message: Message, *, plain: bool = False) -> Outcome:
        self.edits.append((address, message_id, message))
        return self.answers.pop(0) if self.answers else Sent(message_id)


class World:
    """A chat that watches for one name, and the daemon's steps by hand."""

    def __init__(self, database: Database, channel: EditingChannel) -> None:
        self.database, self.channel, self.clock = database, channel, Clock(NOW)
        with database.begin() as session:
            watch(session, 'name:"Кирилл Ананьев" OR погибли')
            subscriber(session, "losses", CHAT)

    def publish(self, outlet: str, text: str, title: str = "Двое россиян погибли", language: str = "ru") -> None:
        with self.database.begin() as session:
            number = session.query(Article).count()
            url = f"https://{outlet}.example/{number}"
            draft = Draft(url, url, title, text, language, Dating(self.clock(), "minute"))
            ingest(session, draft, None, outlet, self.clock(), from_first_crawl=False)
        with self.database.begin() as session:
            monitor = Monitor(watchlists.load(session).watches)
            match_pending(session, monitor, self.clock(), max_age=timedelta(days=1), outlets=OUTLETS)

    def pass_time(self, **duration: float) -> None:
        """Sends and edits what is due then."""
        self.clock.advance(**duration)
        channels = {"telegram": self.channel}
        asyncio.run(send_due(self.database, channels, OUTLETS, self.clock, holder="test"))
        self.clock.advance(seconds=2)
        asyncio.run(recount.edit_due(self.database, channels, OUTLETS, self.clock, asyncio.Event()))

    def stories(self) -> list[int]:
        with self.database.read() as session:
            return list(session.scalars(select(Article.story_id).order_by(Article.id)))

    def texts(self) -> list[str]:
        return [message.plain for _, message, _ in self.channel.sent]


def test_one_event_is_one_message_its_edits_and_one_reply(database: Database) -> None:
    """Copies and a translation change a number; a denial answers; the twin of the template is another message."""
    channel = EditingChannel()
    world = World(database, channel)
    world.publish("furat", FIRST)
    world.pass_time(seconds=1)
    world.publish("volga", COPY, "Под Хашамом погибли двое")
    world.publish("nahr", TRANSLATION, "مقتل روسيين قرب خشام", "ar")
    world.pass_time(minutes=6)
    assert [1, 1, 1] == world.stories()
    assert (1, 1) == (len(channel.sent), len(channel.edits))
    assert "3 outlets" in channel.edits[0][2].plain
    world.publish("vestnik", DENIAL, "Минобороны опровергло гибель россиян")
    world.pass_time(minutes=1)
    assert (2, "1") == (len(channel.sent), channel.sent[1][1].reply_to)
    assert "first denial" in world.texts()[1]
    assert "Vestnik" in world.texts()[1]
    world.publish("volga", TWIN)
    world.pass_time(minutes=6)
    assert [1, 1, 1, 1, 2] == world.stories()
    assert (3, "") == (len(channel.sent), channel.sent[2][1].reply_to)
    assert ["3 outlets", "4 outlets"] == [
        piece for _, _, message in channel.edits for piece in ("3 outlets", "4 outlets") if piece in message.plain
    ]
    with database.read() as session:
        assert stories.Counts(4, 2) == stories.counts(session, 1)


def test_news_within_half_an_hour_join_the_waiting_reply(database: Database) -> None:
    """The second reply of a story waits half an hour after the first; what is new meanwhile joins it."""
    world = World(database, EditingChannel())
    world.publish("furat", FIRST)
    world.pass_time(seconds=1)
    world.publish("vestnik", FIRST + " Так писали газеты.")
    world.pass_time(minutes=1)
    world.publish("volga", DENIAL)
    world.pass_time(minutes=1)
    world.publish("volga", DENIAL + " Среди раненых был Андрей Левченко.", "Новое имя")
    world.pass_time(minutes=10)
    assert 2 == len(world.channel.sent)
    world.pass_time(minutes=20)
    assert 3 == len(world.channel.sent)
    assert "first denial" in world.texts()[2]
    assert "Андрей Левченко" in world.texts()[2]


def test_a_person_respelt_is_no_news(database: Database) -> None:
    """The same names in other letters, or a surname alone, tell a chat nothing."""
    world = World(database, EditingChannel())
    world.publish("furat", FIRST)
    world.pass_time(seconds=1)
    world.publish("volga", FIRST.replace("Кирилл Ананьев", "Кирилл Аннаньев"))
    world.pass_time(minutes=40)
    assert ([1, 1], 1) == (world.stories(), len(world.channel.sent))


def test_a_refused_edit_is_not_tried_again(database: Database) -> None:
    """Retry is tried later; what Telegram will never edit is left alone, and no chat is suspended for it."""
    channel = EditingChannel(Retry(timedelta(seconds=30)), Failed("message can't be edited"))
    world = World(database, channel)
    world.publish("furat", FIRST)
    world.pass_time(seconds=1)
    world.publish("volga", COPY)
    for _ in range(4):
        world.pass_time(minutes=6)
    assert 2 == len(channel.edits)
    with database.read() as session:
        row = session.scalars(select(Delivery)).one()
        assert ("sent", "message can't be edited") == (row.status, row.shown["final"])


def test_a_channel_that_cannot_edit_is_left_alone(database: Database) -> None:
    """Only channels that offer `edit` are asked to."""
    world = World(database, EditingChannel())
    world.publish("furat", FIRST)
    world.pass_time(seconds=1)
    world.publish("volga", COPY)
    plain = ScriptedChannel()
    asyncio.run(recount.edit_due(database, {"telegram": plain}, OUTLETS, world.clock, asyncio.Event()))
    assert plain.sent == []
