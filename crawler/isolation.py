"""Extraction in a process of its own, for a page that a crawl worker died on: this time it can kill nobody else.

`python -m crawler.isolation` reads one pickled (extract, page, rules, now) from stdin and writes the pickled end.
"""

from __future__ import annotations

import asyncio
import pickle
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from crawler.extract import ReadingRules
from crawler.types import Blocked, Draft, Page, Rejected

LONGEST_S = 10.0
MEMORY_BYTES = 1_500_000_000  # of address space; the libraries alone map several hundred million

Extract = Callable[[Page, ReadingRules | None, datetime], Draft | Rejected | Blocked]


@dataclass(frozen=True, slots=True)
class Died:
    """The process did not survive the page: it is to be quarantined."""

    reason: str


async def extract_alone(
    extract: Extract, page: Page, rules: ReadingRules, now: datetime, *, longest_s: float = LONGEST_S
) -> Draft | Rejected | Blocked | Died:
    """What `extract` (a function of a module) says; Died when it takes too long, crashes or eats memory."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "crawler.isolation"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(pickle.dumps((extract, page, rules, now))), longest_s)
    except TimeoutError:
        return Died(f"reading it took longer than {longest_s:g} s, twice")
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode != 0:
        return Died(f"reading it ended the process ({child.returncode}), twice")
    end: Draft | Rejected | Blocked = pickle.loads(output)
    return end


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    extract, page, rules, now = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(extract(page, rules, now)))


if __name__ == "__main__":
    main()
