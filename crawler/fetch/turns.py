"""Whose turn it is at a host: one request at a time, the delay after it, Retry-After, the lease shared with others.

The delay is the longest of three: the outlet's own, the Crawl-delay of robots.txt, and the host's strain. A host that
needs three seconds for an answer is left alone for three; one that answers 429 or 503 for twice as long each time. Strain
wears off slowly, and goes from process to process with the lease.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from crawler.fetch.retry_after import retry_after
from crawler.leases import RENEW_EVERY_S, Held, Left

BURST = timedelta(seconds=8)  # then the lease is given back between two requests, so that others get in
IDLE = timedelta(seconds=3)
ASK_AGAIN_S = 0.5  # how often a lease that another process holds is asked for
PATIENCE = timedelta(seconds=20)  # a Retry-After shorter than this is waited for, a longer one ends the request
LONGEST_DELAY_S = 120.0  # a Crawl-delay of an hour would read nothing: two minutes is what we honour
LONGEST_STRAIN_S = 60.0
UNSTRAINED_S = 0.5  # answers faster than this say nothing of a host's strength
RELIEF = 0.9  # what is left of the strain after an answer in good time
REFUSED_S = 2.0  # the least pause after a 429 or 503

_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class HostDeferred(Exception):
    """The host asked for a pause (Retry-After) that is longer than one request should wait."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} asked not to be asked before {until:%Y-%m-%d %H:%M:%SZ}")
        self.until = until


class Leases(Protocol):
    """Host leases as the turns need them; each call is one transaction, run outside of the loop's thread."""

    async def acquire(self, host: str, delay: timedelta) -> Held | None: ...
    async def renew(self, hosts: Iterable[str]) -> set[str]: ...
    async def release(self, hosts: Mapping[str, Left]) -> None: ...
    async def defer(self, host: str, until: datetime) -> None: ...


class NoLeases:
    """Politeness of this process alone: for a crawl without a database."""

    async def acquire(self, host: str, delay: timedelta) -> Held | None:
        return Held(_EVER, _NEVER, None)

    async def renew(self, hosts: Iterable[str]) -> set[str]:
        return set(hosts)

    async def release(self, hosts: Mapping[str, Left]) -> None:
        pass

    async def defer(self, host: str, until: datetime) -> None:
        pass


def strained(strain_s: float, took_s: float, status: int) -> float:
    """The strain of a host after an answer that took so long; status 0 is no answer. At most LONGEST_STRAIN_S."""
    if status in (429, 503):
        return min(max(2 * strain_s, REFUSED_S), LONGEST_STRAIN_S)
    slow_s = took_s if took_s > UNSTRAINED_S else 0.0
    if slow_s > strain_s:
        return min((strain_s + slow_s) / 2, LONGEST_STRAIN_S)  # half the way: one slow answer may be chance
    eased = max(slow_s, strain_s * RELIEF)
    return eased if eased > UNSTRAINED_S / 10 else 0.0


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    leased_until: datetime | None = None
    since: datetime | None = None  # when the lease was taken
    next_request_at: datetime = _NEVER
    not_before: datetime | None = None
    asked_at: datetime | None = None
    strain_s: float = 0.0


@dataclass(slots=True)
class Turn:
    """One request's turn; `answered` tells the turns what the host said about pauses."""

    host: str
    not_before: datetime | None = None
    status: int = 0

    def answered(self, status: int, retry_after_header: str, now: datetime) -> None:
        self.status = status
        self.not_before = retry_after(status, retry_after_header, now)


class Turns:
    """The turns of one process. `tend` must run beside it: it renews leases in use and gives idle ones back."""

    def __init__(self, leases: Leases, clock: Callable[[], datetime]) -> None:
        self._leases = leases
        self._clock = clock
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self.crawl_delay_s: dict[str, float] = {}  # what robots.txt asks for, by host

    @asynccontextmanager
    async def turn(self, host: str, delay_s: float) -> AsyncIterator[Turn]:
        """Waits until `host` may be asked; the delay counts from the end of the block. Raises HostDeferred."""
        state = self._hosts[host]
        state.waiting += 1
        try:
            async with state.lock:
                delay = self._delay(host, delay_s, state.strain_s)
                if state.asked_at is not None:  # robots.txt may have said meanwhile that the delay is a longer one
                    state.next_request_at = max(state.next_request_at, state.asked_at + delay)
                await self._lease(host, state, delay)
                await self._sleep_until(max(state.next_request_at, state.not_before or state.next_request_at))
                turn, began = Turn(host), self._clock()
                try:
                    yield turn
                finally:
                    state.asked_at = self._clock()
                    took_s = (state.asked_at - began).total_seconds()
                    state.strain_s = strained(state.strain_s, took_s, turn.status)
                    state.next_request_at = state.asked_at + self._delay(host, delay_s, state.strain_s)
                    if turn.not_before is not None:
                        state.not_before = turn.not_before
                        await self._leases.defer(host, turn.not_before)
        finally:
            state.waiting -= 1

    def _delay(self, host: str, delay_s: float, strain_s: float) -> timedelta:
        return timedelta(seconds=min(max(delay_s, self.crawl_delay_s.get(host, 0.0), strain_s), LONGEST_DELAY_S))

    async def _lease(self, host: str, state: _Host, delay: timedelta) -> None:
        """Holds the lease on return, and the host is not deferred for long."""
        while True:
            now = self._clock()
            if state.leased_until is not None and state.since is not None and now - state.since > BURST:
                await self._give_back({host: state})
                await asyncio.sleep(ASK_AGAIN_S + 0.1)  # long enough for one who waits to come in
            if state.leased_until is None or state.leased_until <= now:
                held = await self._leases.acquire(host, delay)
                if held is None:
                    await asyncio.sleep(ASK_AGAIN_S)
                    continue
                state.leased_until, state.since = held.until, now
                state.next_request_at = max(state.next_request_at, held.next_request_at)
                state.not_before = held.not_before or state.not_before
                state.strain_s = max(state.strain_s, held.strain_s)
            if state.not_before is not None and state.not_before - now > PATIENCE:
                raise HostDeferred(host, state.not_before)
            # A lease that would run out during a long wait is taken anew, right before the request.
            ready = max(state.next_request_at, state.not_before or state.next_request_at)
            if ready - now < timedelta(seconds=RENEW_EVERY_S):
                return
            await self._sleep_until(ready - timedelta(seconds=1))

    async def _sleep_until(self, moment: datetime) -> None:
        wait_s = (moment - self._clock()).total_seconds()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _give_back(self, hosts: Mapping[str, _Host]) -> None:
        for state in hosts.values():
            state.leased_until = state.since = None
        if hosts:
            await self._leases.release(
                {host: Left(state.next_request_at, state.strain_s) for host, state in hosts.items()}
            )

    async def tend(self) -> None:
        """Renews what is in use and gives back what is idle, for ever; one transaction every few seconds."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            await self.tend_once()

    async def tend_once(self) -> None:
        now = self._clock()
        held = {host: state for host, state in self._hosts.items() if state.leased_until is not None}
        idle = {
            host: state
            for host, state in held.items()
            if not state.waiting and (state.asked_at is None or now - state.asked_at > IDLE)
        }
        await self._give_back(idle)
        busy = [host for host in held if host not in idle]
        if not busy:
            return
        kept = await self._leases.renew(busy)
        for host in busy:
            state = self._hosts[host]
            if state.leased_until is not None:
                state.leased_until = self._clock() + timedelta(seconds=15) if host in kept else None

    async def close(self) -> None:
        """Gives every lease back, so that nobody waits for a process that is gone."""
        await self._give_back({host: state for host, state in self._hosts.items() if state.leased_until is not None})
