"""Every recorded page below tests/outlets/recorded/ reads as a person agreed; new pairs are collected by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.demo import play
from crawler.outlets import Outlets, load
from crawler.records import Record, differences, records

RECORDS = list(records(Path(__file__).parent))


@pytest.fixture(scope="module")
def known() -> Outlets:
    """What ships, the outlets of the demo included."""
    return load([Path(play.__file__).parent / "outlets"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.outlet}/{record.file.stem}")
def test_a_recorded_page_reads_as_agreed(record: Record, known: Outlets) -> None:
    """Title, text, dates, authors, section and lead are those a person agreed to."""
    assert [] == differences(record, known.get(record.outlet))


def test_pairs_are_collected() -> None:
    """The folder is where `rasad outlets record --folder tests/outlets` writes."""
    assert {"furat-post", "levant-monitor", "vesti-zaluzhya"} <= {record.outlet for record in RECORDS}
