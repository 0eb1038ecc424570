"""`python -m bench [TOPIC ...]`: measure speed, memory and delay; ratios within one run, no floors."""

from __future__ import annotations

from tests.quality.__main__ import main

raise SystemExit(main("bench", None))
