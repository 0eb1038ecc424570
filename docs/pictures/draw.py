"""Draws the pictures of the documentation: messages as `alerts.render` makes them, in a chat bubble.

    python docs/pictures/draw.py          # needs Debian's chromium and fonts-noto-core

The texts are of the invented demo world.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from alerts.facts import About, Facts, Fired, Named
from alerts.facts.allegations import marks
from alerts.render import AlertContent, Content, DigestContent, DigestItem, Equation, Message, Quote, render
from crawler.types import Dating

HERE = Path(__file__).parent
DAY = datetime(2026, 11, 22, 6, 40, tzinfo=UTC)
CHATS = {"en": "Europe/Berlin", "ru": "Europe/Moscow", "ar": "Asia/Damascus"}
NAME = "تيموفي راكيتين"
SENTENCE = (
    f"وقال أحد العاملين في الحقل لبريد الفرات إن القتيل الأول يدعى {NAME}، وكان يعمل مع شركة أمنية روسية منذ عامين."
)
ALERT = AlertContent(
    alert_id="k3f9a2",
    headline="مقتل روسيين بقصف على محيط حقل نفطي شرقي دير الزور",
    outlet="Furat Post",
    url="http://furat-post.example/archives/104/",
    country="SY",
    leaning="invented, local",
    language="ar",
    published=Dating(DAY, "day", "meta"),
    first_seen_at=DAY.replace(minute=42),
    quotes=(Quote(SENTENCE, ((SENTENCE.index(NAME), SENTENCE.index(NAME) + len(NAME)),), tuple(marks(SENTENCE))),),
    names=(Equation(NAME, "Тимофей Ракитин", "full name, by sound"),),
    facts=Facts(
        fired=(Fired(1, "death", (About(0, "Тимофей Ракитин"),)),),
        persons=(Named(NAME), Named("غليب سوخوف", "Глеб Сухов", 1)),
        cites=("Reuters",),
        denial="ونفت الوزارة وجود جنود لها في المنطقة.",
    ),
    outlets=1,
    copy_kept=True,
    watchlists=("my-names", "contractor-deaths"),
)
DIGEST = DigestContent(
    name="d7m2q4",
    count=12,
    items=(
        DigestItem("k3f9a2", ALERT.headline, "Furat Post", ALERT.url, ALERT.published, ("Тимофей Ракитин",)),
        DigestItem(
            "m8t4wz",
            "В Залужье простились с бывшим десантником",
            "Vesti Zaluzhya",
            "http://vesti-zaluzhya.example/news/205/",
            Dating(DAY, "day", "text"),
        ),
        DigestItem(
            "c5n7hb",
            "Two contractors feared killed near an oil field",
            "Levant Monitor",
            "http://levant-monitor.example/news/304/",
            Dating(DAY, "minute", "meta"),
        ),
    ),
    watchlists=("my-names",),
)
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 14px; width: 560px; background: #dfe7ee;
        font: 16px/1.4 "Noto Sans", "Noto Sans Arabic", sans-serif }}
div {{ background: #fff; border-radius: 12px; padding: 10px 14px; box-shadow: 0 1px 2px #0003 }}
p {{ margin: 0 0 .15em; min-height: .6em; unicode-bidi: plaintext; text-align: start; overflow-wrap: anywhere }}
a {{ color: #2678b6; text-decoration: none }}
section {{ display: flex; gap: 6px; margin-top: 6px }}
span {{ flex: 1; padding: 6px 4px; border-radius: 9px; background: #8fa7bbcc; color: #fff; text-align: center;
        font-size: 14px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }}
</style><main dir="{direction}"><div>{lines}</div>{buttons}</main>"""


def bubble(message: Message, direction: str) -> str:
    """The message's HTML in a chat bubble; each line finds its own direction, as Telegram's do."""
    rows = ("".join(f"<span>{escape(button.text)}</span>" for button in row) for row in message.buttons)
    return PAGE.format(
        direction=direction,
        lines="".join(f"<p>{line}</p>" for line in message.html.split("\n")),
        buttons="".join(f"<section>{row}</section>" for row in rows),
    )


def shot(page: str, target: Path, height: int) -> None:
    """A PNG of the page, by headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no chromium found: apt install chromium fonts-noto-core")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, "utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   f"--user-data-dir={folder}/profile", f"--window-size=600,{height}", "--force-device-scale-factor=1.5",
                   f"--screenshot={target}", source.as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    print(target.relative_to(HERE.parent.parent))


def draw(name: str, content: Content, heights: Mapping[str, int]) -> None:
    """One picture a language of the bot."""
    for language, timezone in CHATS.items():
        message = render(content, language, timezone, DAY.replace(hour=7))
        page = bubble(message, "rtl" if language == "ar" else "ltr")
        shot(page, HERE / (f"{name}.png" if language == "en" else f"{name}-{language}.png"), heights[language])


def main() -> None:
    draw("alert", ALERT, {"en": 424, "ru": 446, "ar": 424})
    draw("digest", DIGEST, {"en": 284, "ru": 284, "ar": 262})


if __name__ == "__main__":
    main()
