"""What the service manager hears from us, and how much the unit exposes."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from alerts.systemd import notify

DEPLOY = Path(__file__).parent.parent / "deploy"


def test_notify_reaches_the_socket(tmp_path: Path) -> None:
    """The state arrives word for word."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        assert notify("READY=1\nSTATUS=reading", {"NOTIFY_SOCKET": address})
        assert b"READY=1\nSTATUS=reading" == manager.recv(100)


def test_notify_is_silent_elsewhere(tmp_path: Path) -> None:
    """Without a service manager, or with a dead one, nothing happens and nothing is raised."""
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "nobody")})


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_unit_exposes_little() -> None:
    """`systemd-analyze security` rates the unit at most 1.5 (a plain unit gets 9.5)."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(DEPLOY / "rasad.service")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-300:]
