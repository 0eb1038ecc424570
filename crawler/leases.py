"""Host leases: one process at a time may ask a host. Rows, so that the ad-hoc crawl beside the daemon waits its turn.

A holder claims a host, asks it for a while, keeps renewing, and gives it back with the moment from which the next
request is polite. A holder that died gives nothing back: its lease runs out, and the next one waits its own delay on
top, because the dead one may have asked until the last moment. Where the holder's name shows that it was a process of
this machine and is dead, nobody waits for the lease to run out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crawler.models import EntryPoint, HostLease
from crawler.rows import claimed, insert_missing

LEASE = timedelta(seconds=20)
RENEW_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """The host is ours until `until`; ask it at `next_request_at` at the earliest, and not before `not_before`.

    `strain_s` is the pause that its slowness and refusals asked others for, see `fetch.turns`.
    """

    until: datetime
    next_request_at: datetime
    not_before: datetime | None
    strain_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Left:
    """How a host is given back: the moment from which the next request is polite, and its strain."""

    next_request_at: datetime
    strain_s: float = 0.0


def this_process() -> str:
    """A holder's name that shows other processes of this machine whether we live: machine, process id, a random part."""
    return f"{_machine()}/{os.getpid()}/{os.urandom(3).hex()}"


def is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine (and PID namespace) that is gone; False when we cannot know."""
    machine, _, rest = holder.partition("/")
    pid = rest.partition("/")[0]
    return machine == _machine() and pid.isdigit() and not Path(f"/proc/{pid}").exists()


@cache
def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"unknown-{os.urandom(8).hex()}"


def acquire(
    session: Session,
    host: str,
    holder: str,
    delay: timedelta,
    now: datetime,
    dead: Callable[[str], bool] = lambda holder: False,
) -> Held | None:
    """The lease, or None while another process holds it that is not `dead`. May be called again by the holder."""
    insert_missing(
        session,
        HostLease,
        [
            {
                "host": host,
                "holder": "",
                "leased_until": now,
                "next_request_at": now,
                "not_before": None,
                "strain_s": 0.0,
            }
        ],
    )
    row = session.execute(select(HostLease).where(HostLease.host == host).with_for_update()).scalar_one()
    next_request_at = row.next_request_at
    if row.holder not in ("", holder):
        if row.leased_until > now and not dead(row.holder):
            return None
        next_request_at = max(next_request_at, min(row.leased_until, now) + delay)
    row.holder, row.leased_until, row.next_request_at = holder, now + LEASE, next_request_at
    return Held(row.leased_until, next_request_at, row.not_before, row.strain_s)


def renew(session: Session, hosts: Iterable[str], holder: str, now: datetime) -> set[str]:
    """The hosts that are still ours, now until `now + LEASE`; the others were lost."""
    return {
        host
        for host in hosts
        if claimed(
            session,
            update(HostLease)
            .where(HostLease.host == host, HostLease.holder == holder)
            .values(leased_until=now + LEASE),
        )
    }


def release(session: Session, hosts: Mapping[str, Left], holder: str, now: datetime) -> None:
    """Gives hosts back. Others' leases stay untouched."""
    for host, left in hosts.items():
        session.execute(
            update(HostLease)
            .where(HostLease.host == host, HostLease.holder == holder)
            .values(holder="", leased_until=now, next_request_at=left.next_request_at, strain_s=left.strain_s)
        )


def defer(session: Session, host: str, until: datetime) -> None:
    """Retry-After: nobody asks `host` before `until`, and its entry points wait as long."""
    session.execute(
        update(HostLease)
        .where(HostLease.host == host, or_(HostLease.not_before.is_(None), HostLease.not_before < until))
        .values(not_before=until)
    )
    session.execute(
        update(EntryPoint)
        .where(EntryPoint.host == host, or_(EntryPoint.not_before.is_(None), EntryPoint.not_before < until))
        .values(not_before=until)
    )
