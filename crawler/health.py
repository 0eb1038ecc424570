"""What an outlet's signs say of its health: one state of a fixed list, since when, why, and what to do. Pure.

    asked       how its entry points answer: HTTP, challenges, feeds that are none
    gap, day    what it brings, against its own weekday and hour (`crawler.usual`)
    lately      how well its articles are read: refused or failed ones, length of the texts, share with a date
    newest_at   how old the newest thing is that it lists

`RULES` is the table from signs to states; the first rule that holds gives the state. Nothing flaps: a trouble in asking
must show several times in a row, and must stay away for a while before it is mended, longer each time it returns; the
other signs are entered at one threshold and left at another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from crawler.usual import FALSE_ALARMS_A_MONTH, Usual, chance_of_few, chance_of_few_of

State = Literal[
    "dead",
    "dead channel",
    "moved",
    "blocked",
    "HTML instead of feed",
    "error",
    "rate-limited",
    "empty",
    "encoding",
    "extraction drift",
    "stale feed",
    "silent",
    "undated",
    "quiet",
    "new",
    "learning",
    "ok",
]
STATES: tuple[State, ...] = get_args(State)  # worst first
# In these nothing, or nothing that could be matched, comes from the outlet: its silence is worth nothing.
LOST: frozenset[State] = frozenset(STATES[: STATES.index("undated")])
COLOURS: Mapping[str, str] = {
    **dict.fromkeys(LOST, "red"),
    "undated": "yellow",
    "quiet": "yellow",
    "new": "blue",
    "learning": "blue",
    "ok": "green",
}

FAILURES_IN_A_ROW, MOST_IN_A_ROW = 3, 8
FAILING_FOR = timedelta(minutes=45)  # at least; a host that is away for less is no news
FAILING_SURELY = timedelta(hours=6)  # with three in a row, however often it usually fails
CHECKS_A_MONTH = 30 * 24 * 6
EMPTY_FOR = timedelta(hours=1)
MENDED_FOR = timedelta(minutes=30)  # doubled with each change of the last day
MENDED_AT_MOST = timedelta(hours=6)
DEAD_AFTER = timedelta(days=14)
STALE_AFTER = timedelta(days=7)
ABANDONED_AFTER = timedelta(days=60)  # an outlet of which no past is known
SHORTEST_SILENCE = timedelta(hours=2)
UNLEARNT_SILENCE = timedelta(hours=48)
OURS_FROM = 0.5  # share of outlets that fail at once, from which on it is our own connection
OURS_FEWEST = 8
NO_CHANCE, SMALL_CHANCE, LIKELY = 1e-4, 1e-3, 0.02


Group = Literal["read", "empty", "failing", ""]
Refusal = Literal["", "blocked", "failed", "rejected"]


@dataclass(frozen=True, slots=True)
class Asked:
    """How an entry point has answered of late: its last checks that ended alike.

    `group` is "read", "empty", "failing", or "" when it was never asked. `outcome` and `reason` are those most of the
    run's last checks ended with. `fresh`: one of a run of readings was more than a 304.
    """

    group: Group = ""
    outcome: str = ""
    reason: str = ""
    run: int = 0
    since: datetime | None = None
    fresh: bool = True
    ever_read: bool = False
    usual_failing: float = 0.01  # share of its checks that fail by chance

    @property
    def too_often(self) -> int:
        """How many failures in a row are no chance: chance makes so many once in a hundred months."""
        chances = math.log(CHECKS_A_MONTH / FALSE_ALARMS_A_MONTH) / -math.log(min(max(self.usual_failing, 1e-4), 0.9))
        return min(max(math.ceil(chances), FAILURES_IN_A_ROW), MOST_IN_A_ROW)


@dataclass(frozen=True, slots=True)
class Lately:
    """How the last articles of an outlet were read, and how they usually are. Shares are None where no past is known.

    `good` of `tried` were read; `refusal` is why most of the others were not, `blocked` if by a challenge or a wall.
    Of `articles` stored `dated` have a date and `garbled` are no text; `length` is the mean logarithm of their length
    in characters.
    """

    tried: int = 0
    good: int = 0
    usual_good: float | None = None
    refusal: str = ""
    refused_by: Refusal = ""
    articles: int = 0
    dated: int = 0
    usual_dated: float | None = None
    garbled: int = 0
    length: float = 0.0
    usual_length: float | None = None
    spread: float = 1.0  # standard deviation of the logarithm
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state an outlet was judged to be in before, as its last row says."""

    state: State
    kind: str
    since: datetime
    cause: str
    advice: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Signs:
    """Everything a judgement rests on."""

    outlet: str
    home: str
    now: datetime
    asked: Asked
    usual: Usual
    lately: Lately = Lately()
    was: Standing | None = None
    changes_today: int = 0
    last_new_at: datetime | None = None  # when something new came last
    gap: float = 0.0  # how many articles usually come in the time since
    newest_at: datetime | None = None  # publication date, or arrival, of the newest article
    day: int = 0  # articles of the last 24 hours
    day_usual: float = 0.0  # how many usually come in them, as far as they were read
    window: int = 0  # the same of the time somebody asks about, all its hours
    window_usual: float = 0.0
    expect_dated: float = 0.9
    failing_share: float = 0.0  # of all outlets, now
    outlets: int = 1

    def stood(self, *states: State) -> bool:
        return self.was is not None and self.was.state in states

    @property
    def alike_for(self) -> timedelta:
        """How long the entry point has answered as it does."""
        return self.now - self.asked.since if self.asked.since else timedelta(0)

    @property
    def silent_for(self) -> timedelta:
        return self.now - self.last_new_at if self.last_new_at else timedelta(0)

    @property
    def age(self) -> timedelta:
        """Of the newest article."""
        return self.now - self.newest_at if self.newest_at else timedelta(0)


@dataclass(frozen=True, slots=True)
class Health:
    """The judgement. `kind` says of "blocked" what blocks; `advice` is '' where there is nothing to do."""

    outlet: str
    state: State
    since: datetime
    cause: str
    advice: str = ""
    kind: str = ""
    signs: Signs | None = None

    @property
    def lost(self) -> bool:
        return self.state in LOST


@dataclass(frozen=True, slots=True)
class Change:
    """A row of `health_changes`, or several of one outlet folded into one."""

    id: int
    outlet: str
    was: State
    state: State
    kind: str
    since: datetime
    cause: str
    advice: str
    at: datetime

    @property
    def broke(self) -> bool:
        """Coverage was lost by it."""
        return self.state in LOST and self.was not in LOST

    @property
    def mended(self) -> bool:
        """Coverage came back by it."""
        return self.was in LOST and self.state not in LOST


# --- asking ----------------------------------------------------------------------------------------------------------


def failing(s: Signs) -> bool:
    """Whether asking has failed so often in a row, and for so long, that it is no chance. A budget used up is none."""
    run, lasted = s.asked.run, s.alike_for
    often = (run >= s.asked.too_often and lasted >= FAILING_FOR) or (
        run >= FAILURES_IN_A_ROW and lasted >= FAILING_SURELY
    )
    return s.asked.group == "failing" and (often or s.asked.outcome == "over budget")


def convalescent(s: Signs) -> bool:
    """Whether it answers again, but not for long enough to call it mended. A 304 alone mends nothing."""
    if not s.stood(*BY_ASKING) or s.asked.group != "read":
        return False
    calm = min(MENDED_FOR * 2 ** min(s.changes_today, 10), MENDED_AT_MOST)
    return not s.asked.fresh or s.asked.run < 2 or s.alike_for < calm


def wavering(s: Signs) -> bool:
    """Whether it stopped answering so lately that it may be chance: what was known of it still holds."""
    return s.asked.group == "failing" and not failing(s)


def _answers(*outcomes: str, saying: str = "") -> Callable[[Signs], bool]:
    said = re.compile(saying)
    return lambda s: failing(s) and s.asked.outcome in outcomes and bool(said.search(s.asked.reason))


def _dead(s: Signs) -> bool:
    return failing(s) and s.asked.outcome not in ("blocked", "rate-limited") and s.alike_for >= DEAD_AFTER


def _ours(s: Signs) -> bool:
    alike = s.asked.outcome == "error" and not re.search(r"HTTP \d", s.asked.reason)
    return failing(s) and alike and s.outlets >= OURS_FEWEST and s.failing_share >= OURS_FROM


def _empty(s: Signs) -> bool:
    asked = s.asked
    if asked.group != "empty":
        return False
    return s.stood("empty") or (asked.run >= FAILURES_IN_A_ROW and s.alike_for >= EMPTY_FOR)


# --- reading ---------------------------------------------------------------------------------------------------------


def _unread(s: Signs, by: tuple[str, ...], state: State) -> bool:
    """Whether most articles end in one of these ways, and usually do not."""
    now = s.lately
    if now.refused_by not in by or not now.tried:
        return False
    if now.usual_good is None:
        return now.tried >= 10 and now.good == 0
    if s.stood(state):
        return now.good < 0.7 * now.usual_good * now.tried
    return now.good < 0.5 * now.usual_good * now.tried and _no_chance(now.good, now.tried, now.usual_good)


def _no_chance(found: int, tries: int, share: float) -> bool:
    return chance_of_few_of(found, tries, min(share, 0.95)) < NO_CHANCE


def _garbled(s: Signs) -> bool:
    now = s.lately
    return now.articles >= 4 and now.garbled >= (0.25 if s.stood("encoding") else 0.5) * now.articles


def _misread(s: Signs) -> bool:
    """Whether the texts have become much shorter, or much longer, than this outlet's ever were."""
    now = s.lately
    if now.usual_length is None or now.articles < 4:
        return False
    away = now.length - now.usual_length
    surely = abs(away) > 5 * now.spread / math.sqrt(now.articles)
    if s.stood("extraction drift"):
        return surely and not math.log(0.67) < away < math.log(2)
    return surely and not math.log(0.5) < away < math.log(3)


def _undated(s: Signs) -> bool:
    now = s.lately
    usual = max(now.usual_dated or 0.0, s.expect_dated)
    if now.articles < 4:
        return False
    if s.stood("undated"):
        return now.dated < 0.7 * usual * now.articles
    return now.dated < 0.5 * usual * now.articles and _no_chance(now.dated, now.articles, usual)


# --- delivering ------------------------------------------------------------------------------------------------------


def _silent(s: Signs) -> bool:
    if s.asked.group != "read" or s.last_new_at is None:
        return False
    if s.stood("silent", "stale feed"):
        return s.gap > 0.5 * s.usual.longest
    shortest = SHORTEST_SILENCE if s.usual.learnt else UNLEARNT_SILENCE
    return s.gap > s.usual.longest and s.silent_for >= shortest


def _stale(s: Signs) -> bool:
    """Whether the feed was left behind: what it lists is old, by its own measure or by any."""
    if s.asked.group != "read" or s.newest_at is None:
        return False
    if s.age >= ABANDONED_AFTER and s.silent_for >= timedelta(hours=1) and not s.day:
        return not s.usual.learnt or s.gap > 0.5 * s.usual.longest
    return _silent(s) and s.age >= STALE_AFTER and s.silent_for >= STALE_AFTER


def _quiet(s: Signs) -> bool:
    if s.asked.group != "read" or not s.usual.learnt:
        return False
    chance = chance_of_few(s.day, s.day_usual, s.usual.spread)
    if s.stood("quiet"):
        return chance < LIKELY and s.day < 0.7 * s.day_usual
    return chance < SMALL_CHANCE and s.day < 0.5 * s.day_usual


def _never_read(s: Signs) -> bool:
    return not s.asked.ever_read and s.last_new_at is None


# --- the table -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table. `cause` and `advice` are one sentence each; {names} are filled from the signs."""

    state: State
    holds: Callable[[Signs], bool]
    cause: str
    advice: str = ""
    since: Callable[[Signs], datetime | None] = lambda s: s.asked.since


CHECK = "`rasad outlets check {outlet}` shows what it answers"
PROXY = "read it from elsewhere: `crawl.proxies: {{{outlet}: ...}}` in config.yaml"
WALL = "blocked", "REST disabled"

RULES: tuple[Rule, ...] = (
    Rule(
        "error",
        _ours,
        "{failing} outlets fail at once, so it is our own connection ({reason})",
        "look at this machine's network, DNS and proxy",
    ),
    Rule("dead channel", _answers("dead channel", "no preview"), "{reason}", "find the channel's new name, or read its site"),
    Rule("dead", _dead, "it has not answered for {alike_for} ({reason})", "if it is gone, say `archive_only: true` in its YAML"),
    Rule("moved", _answers("error", saying=r"HTTP (?:404|410)|redirect"), "its address is gone ({reason})", "find the new one, correct its YAML; " + CHECK),
    Rule("blocked", _answers(*WALL, saying="robots"), "its robots.txt forbids the address ({reason})", "choose another entry point in its YAML"),
    Rule("blocked", _answers(*WALL, saying=r"(?i)geo|country|451"), "it is closed to our country ({reason})", PROXY),
    Rule("blocked", _answers("REST disabled"), "its REST interface is closed ({reason})", "read its feed instead"),
    Rule("blocked", _answers(*WALL, saying=r"(?i)login|paywall|402"), "it asks for a login ({reason})", "choose an open entry point; " + CHECK),
    Rule("blocked", _answers(*WALL), "it refuses programs ({reason})", "ask for less, with `delay:` and `every:` in its YAML, or " + PROXY),
    Rule("rate-limited", _answers("rate-limited"), "it asks for pauses ({reason})", "it is asked again when it allows; if that stays, a longer `delay:` in its YAML"),
    Rule("rate-limited", _answers("over budget"), "our own budget for it is used up ({reason})", "raise `bytes_per_day:` in its YAML, or `crawl.bytes_per_day` in config.yaml"),
    Rule("HTML instead of feed", _answers("not a feed", saying="HTML"), "a page stands where the feed was", "find the feed's new address; " + CHECK),
    Rule("error", _answers("not a feed"), "what stands there is no feed ({reason})", "find the feed's new address; " + CHECK),
    Rule("error", failing, "it does not answer ({reason})", "nothing, if it is down; else " + CHECK),
    Rule("empty", _empty, "it answers, but lists no article", "find another entry point; " + CHECK),
    Rule("blocked", lambda s: _unread(s, ("blocked",), "blocked"), "it lists articles, but {bad} of the last {tried} were refused ({refusal})", PROXY, lambda s: s.lately.since),
    Rule("encoding", _garbled, "{garbled} of the last {articles} texts were read with the wrong table of letters", "record a page, `rasad outlets record {outlet} URL`, and correct its YAML", lambda s: s.lately.since),
    Rule("error", lambda s: _unread(s, ("failed",), "error"), "{bad} of the last {tried} articles could not be fetched ({refusal})", CHECK, lambda s: s.lately.since),
    Rule("extraction drift", lambda s: _unread(s, ("rejected",), "extraction drift"), "{bad} of the last {tried} articles could not be read ({refusal}); usually {usual_bad} %", "its pages have changed: record one, `rasad outlets record {outlet} URL`, and correct its selectors", lambda s: s.lately.since),
    Rule("extraction drift", _misread, "its texts are {length} characters long, usually {usual_length}", "its pages have changed: record one, `rasad outlets record {outlet} URL`, and correct its selectors", lambda s: s.lately.since),
    Rule("stale feed", _stale, "the newest article it lists is {age} old", "look at {home}: if that is newer, the feed was left behind; " + CHECK, lambda s: s.last_new_at),
    Rule("silent", _silent, "nothing new for {silent_for}, in which it usually brings {gap} articles", "look at {home}: if that is newer, find another entry point; " + CHECK, lambda s: s.last_new_at),
    Rule("undated", _undated, "{undated} of the last {articles} articles have no date", "name the date's place in its YAML: `reading.templates[].date`", lambda s: s.lately.since),
    Rule("new", _never_read, "it was not read yet"),
    Rule("learning", lambda s: not s.usual.learnt, "too little is known of it yet to say what is usual"),
    Rule("quiet", _quiet, "{day} articles in 24 hours, usually {day_usual}", "", lambda s: s.now - timedelta(hours=24)),
    Rule("ok", lambda s: True, "{day} articles in 24 hours, usually {day_usual}", ""),
)  # fmt: skip
BY_ASKING: tuple[State, ...] = (
    "dead", "dead channel", "moved", "blocked", "HTML instead of feed", "error", "rate-limited", "empty",
)  # fmt: skip


def judge(s: Signs) -> Health:
    """The one state of an outlet. A state that stays keeps its `since`."""
    if s.was is not None and (wavering(s) or convalescent(s)):
        was = s.was
        return Health(s.outlet, was.state, was.since, was.cause, was.advice, was.kind, s)
    rule = next(rule for rule in RULES if rule.holds(s))
    if s.was is not None and s.was.state == rule.state:
        since = s.was.since
    else:
        since = rule.since(s) or s.now
    words = _words(s)
    kind = _kind(s) if rule.state == "blocked" else ""
    return Health(s.outlet, rule.state, since, rule.cause.format(**words), rule.advice.format(**words), kind, s)


def _kind(s: Signs) -> str:
    if s.asked.group != "failing":
        return s.lately.refusal
    if s.asked.outcome == "REST disabled":
        return "REST disabled"
    return s.asked.reason.partition(":")[0].strip() or s.asked.outcome


def _words(s: Signs) -> dict[str, str]:
    """What the sentences of the table may name."""
    asked, now = s.asked, s.lately
    return {
        "outlet": s.outlet,
        "home": s.home,
        "reason": asked.reason or asked.outcome,
        "alike_for": span(s.alike_for),
        "failing": str(round(s.failing_share * s.outlets)),
        "bad": str(now.tried - now.good),
        "tried": str(now.tried),
        "refusal": now.refusal or "no reason given",
        "usual_bad": f"{100 * (1 - (1.0 if now.usual_good is None else now.usual_good)):.0f}",
        "articles": str(now.articles),
        "garbled": str(now.garbled),
        "undated": str(now.articles - now.dated),
        "length": f"{math.exp(now.length):,.0f}",
        "usual_length": f"{math.exp(now.usual_length or 0.0):,.0f}",
        "age": span(s.age),
        "silent_for": span(s.silent_for),
        "gap": number(s.gap),
        "day": str(s.day),
        "day_usual": number(s.day_usual),
    }


def span(length: timedelta) -> str:
    """`3 days`, `14 hours`, `20 minutes`."""
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    return f"{minutes} minutes"


def number(value: float) -> str:
    """An expected count as a person says it: 140, 7, 0.4."""
    return f"{value:.0f}" if value >= 2 else f"{value:.1f}"


# --- what became of it -----------------------------------------------------------------------------------------------


def worst_first(found: Iterable[Health]) -> list[Health]:
    """By state, the worst first, then by outlet."""
    return sorted(found, key=lambda health: (STATES.index(health.state), health.outlet))


def fold(changes: Iterable[Change]) -> list[Change]:
    """One change an outlet, from its first `was` to its last state, worst first; what ended as it began is left out."""
    by_outlet: dict[str, Change] = {}
    for change in sorted(changes, key=lambda change: change.id):
        earlier = by_outlet.get(change.outlet)
        by_outlet[change.outlet] = change if earlier is None else replace(change, was=earlier.was)
    told = [change for change in by_outlet.values() if change.was != change.state]
    return sorted(told, key=lambda change: (STATES.index(change.state), change.outlet))


def is_news(change: Change) -> bool:
    """Whether the operator wants to hear of it: getting to know an outlet, and a calm day, are none."""
    calm: frozenset[State] = frozenset(("new", "learning", "quiet", "ok"))
    return not (change.was in calm and change.state in calm)
