"""All that the shipped assistant learns from, as plain texts; needs nothing of Rasa.

For what measures it and what keeps questions back from it; Rasa itself reads it through bot/importer.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "data"


def examples() -> list[tuple[str, str]]:
    """Each text with its intent, or with the topic whose example or title it is."""
    return [*about_no_topic(), *_about_topics()]


def about_no_topic() -> Iterator[tuple[str, str]]:
    """Each text of data/nlu with its intent."""
    for file in sorted((DATA / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                yield line.removeprefix("- ").strip(), block["intent"]


def _about_topics() -> Iterator[tuple[str, str]]:
    for file in sorted((DATA / "content").glob("*.yml")):
        for answer in yaml.safe_load(file.read_text("utf-8")):
            if answer.get("examples"):
                yield from ((text, answer["slug"]) for text in [answer["title"], *answer["examples"]])
