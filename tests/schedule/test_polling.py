"""The simulation of bench/polling: a rule sees lists only, and the schedule's own beats a fixed interval at its budget."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from bench import polling
from bench.polling import LEARNING, START, Reader, Source, World
from crawler.rhythm import Prior

HOUR = timedelta(hours=1)


def test_reader_knows_what_its_lists_showed() -> None:
    """A list of two: of four articles within the pause two are seen with their delays and two are lost."""
    begin = START + LEARNING
    moments = [begin - HOUR, *(begin + k * HOUR for k in (1, 2, 3, 4))]
    reader = Reader(Source(24, moments, 2), begin)
    reader.look(begin, Prior())
    reader.look(begin + 5 * HOUR, Prior())
    assert ([120, 60], 2, 2) == (reader.delays, reader.lost, reader.checks)


def test_schedule_beats_a_fixed_interval_at_the_same_budget() -> None:
    """On a handful of sources, with the waits the daemon would take: half the median delay for as many checks."""
    rng = Random(5)
    sources = [polling.source(rng, World(polling.SHAPES)) for _ in range(6)]
    fixed, ours = (polling.run(sources, rule, Random(5)) for rule in (polling.fixed, polling.ours(Random(5))))
    assert abs(ours.checks_a_day - fixed.checks_a_day) < 0.03 * fixed.checks_a_day
    assert ours.at(0.5) < 0.6 * fixed.at(0.5)
