"""The delay a host's own weakness asks for, and that the next process knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from crawler import leases
from crawler.db import Database
from crawler.fetch.turns import LONGEST_STRAIN_S, REFUSED_S, Turns, strained
from crawler.leases import LEASE, Held, Left

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("strain_s", "took_s", "status", "after_s"),
    [
        (0, 0.2, 200, 0),  # a host in good health
        (0, 6, 200, 3),  # half the way: one slow answer may be chance
        (3, 6, 200, 4.5),
        (8, 6, 200, 7.2),  # eases
        (8, 0.1, 200, 7.2),
        (0.05, 0.1, 200, 0),
        (0, 30, 0, 15),  # no answer at all
        (0, 0.1, 429, REFUSED_S),
        (4, 0.1, 503, 8),
        (50, 0.1, 429, LONGEST_STRAIN_S),
        (0, 900, 200, LONGEST_STRAIN_S),
    ],
)
def test_strain_grows_fast_and_wears_off_slowly(strain_s: float, took_s: float, status: int, after_s: float) -> None:
    """Slowness asks for a pause as long as the answer took, a refusal for twice the last one."""
    assert after_s == pytest.approx(strained(strain_s, took_s, status))


class Kept:
    """Leases that another process left with some strain; keeps what is given back."""

    def __init__(self, strain_s: float, now: list[datetime]) -> None:
        self.strain_s = strain_s
        self.now = now
        self.left: dict[str, Left] = {}

    async def acquire(self, host: str, delay: timedelta) -> Held | None:
        return Held(self.now[0] + LEASE, self.now[0], None, self.strain_s)

    async def renew(self, hosts: Iterable[str]) -> set[str]:
        return set(hosts)

    async def release(self, hosts: Mapping[str, Left]) -> None:
        self.left.update(hosts)

    async def defer(self, host: str, until: datetime) -> None:
        raise AssertionError(f"{host} asked for no pause")


def one_turn(strain_s: float, outlet_s: float, robots_s: float, took_s: float) -> Left:
    """How a host is given back after one answer that took so long."""
    clock = [NOW]
    kept = Kept(strain_s, clock)

    async def turn() -> None:
        turns = Turns(kept, lambda: clock[0])
        turns.crawl_delay_s["news.example"] = robots_s
        async with turns.turn("news.example", outlet_s) as turn:
            clock[0] += timedelta(seconds=took_s)
            turn.answered(200, "", clock[0])
        await turns.close()

    asyncio.run(turn())
    return kept.left["news.example"]


@pytest.mark.parametrize(
    ("strain_s", "outlet_s", "robots_s", "took_s", "pause_s"),
    [
        (0, 2, 0, 0.1, 2),  # never below the outlet's delay
        (0, 2, 5, 0.1, 5),  # nor below Crawl-delay
        (0, 2, 0, 10, 5),  # longer where the host is slow
        (20, 2, 5, 0.1, 18),  # the strain another process left
    ],
)
def test_pause_is_the_longest_of_outlet_robots_and_strain(
    strain_s: float, outlet_s: float, robots_s: float, took_s: float, pause_s: float
) -> None:
    """Nothing shortens what the outlet's YAML or robots.txt asks for."""
    left = one_turn(strain_s, outlet_s, robots_s, took_s)
    assert timedelta(seconds=took_s + pause_s) == left.next_request_at - NOW


def test_strain_goes_with_the_lease(database: Database) -> None:
    """The next process to hold the host knows how weak it was."""
    with database.begin() as session:
        leases.acquire(session, "news.example", "a", timedelta(seconds=2), NOW)
        leases.release(session, {"news.example": Left(NOW, 7.5)}, "a", NOW)
        held = leases.acquire(session, "news.example", "b", timedelta(seconds=2), NOW)
    assert held is not None and held.strain_s == 7.5
