"""What the assistant's own files say of answers: which are its own business, and which its talk offers.

Editors change words; what domain.yml and the vocabulary name belongs to whoever runs the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.vocabulary import Vocabulary

DOMAIN = Path(__file__).parents[2] / "domain.yml"
GROUPS_OF_ITS_OWN = ("service", "signposts")
"""Answers by which the service says what it is, and which its forms give: without them it does not work."""
_READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_its_own(slug: str, group: str) -> bool:
    """Whether the service itself gives the answer, so that it may be changed but not taken away."""
    return group in GROUPS_OF_ITS_OWN or is_intent(slug)


def is_intent(slug: str) -> bool:
    """Whether the assistant hears something of its own by this name, and would learn examples as that."""
    return slug.replace("-", "_") in domain()[0]


def offered_as(slug: str, vocabulary: Vocabulary) -> list[str]:
    """The words of each button by which the assistant's talk offers an answer."""
    hopes = [*vocabulary.wants.values(), *vocabulary.in_the_way.values()]
    return list(dict.fromkeys([*domain()[1].get(slug, ()), *(h.label for h in hopes if h.answer == slug)]))


@cache
def domain() -> tuple[frozenset[str], dict[str, list[str]]]:
    """The intents, and the buttons of each answer; read once, when the service begins."""
    domain = yaml.load(DOMAIN.read_text("utf-8"), Loader=_READER)  # noqa: S506
    intents = [next(iter(one)) if isinstance(one, dict) else one for one in domain["intents"]]
    offered: dict[str, list[str]] = {}
    for slug, words in _buttons(domain["responses"]):
        offered.setdefault(slug, []).append(words)
    return frozenset(intents), offered


def _buttons(said: Any) -> Iterator[tuple[str, str]]:
    """Every (answer, words) of a choice, however deep it lies in the responses."""
    if isinstance(said, dict):
        if isinstance(said.get("answer"), str) and isinstance(said.get("text"), str):
            yield said["answer"], said["text"]
        said = list(said.values())
    if isinstance(said, list):
        for one in said:
            yield from _buttons(one)
