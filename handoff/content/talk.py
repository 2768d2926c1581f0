"""What people say besides questions ("stop texting me"): it does what it says, so no answer may take it.

Known are the sayings that the assistant learns and those by which every release is tried (`bot/gate.py`), of
the kinds that the latter names.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from bot.learnt import about_no_topic
from handoff.content.checks import asked_as

TRIED = Path(__file__).parents[2] / "tests" / "bot" / "talk.yml"
WRITE_OTHERWISE = "take it out, or write what they ask here in other words"


def kept_for(slug: str, text: str) -> str | None:
    """What people want who say this, if it is no question to that answer; one that is the assistant's own
    (`talk-to-person`) is what they ask for. Reads files once: call it in a thread."""
    intent, title = sayings().get(_said(text), ("", ""))
    return title if intent and intent != slug.replace("-", "_") else None


@cache
def sayings() -> dict[str, tuple[str, str]]:
    """By its words, the intent of every saying and what it is to editors; read once."""
    kinds = yaml.safe_load(TRIED.read_text("utf-8"))
    titles = {kind["intent"]: kind["title"] for kind in kinds}
    tried = [(text, kind["intent"]) for kind in kinds for text in kind["said"]]
    known = {
        _said(text): (what, titles[what]) for text, what in [*about_no_topic(), *tried] if what in titles
    }
    known.pop("", None)
    return known


def _said(text: str) -> str:
    """Its words as they are compared, whether or not somebody writes their apostrophes."""
    return asked_as(text.replace("'", "").replace("’", ""))
