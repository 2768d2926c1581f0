"""Screens one message: the phrases and the language check, together in one verdict.

Needs no database and no network, so it works whatever else is down; if it fails, a person reads it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from handoff.screening.language import foreign_language
from handoff.screening.phrases import PhraseScreen
from handoff.screening.verdict import Finding, Verdict

log = logging.getLogger(__name__)
SHIPPED = Path(__file__).resolve().parents[2] / "data" / "screening"


def screen(text: str, *, before: Sequence[str] = (), question: str | None = None) -> Verdict:
    """The verdict on `text`, heard after the messages `before` it and as an answer to the bot's `question`.

    Never raises: a message that cannot be screened is urgent, so that an adviser reads it."""
    try:
        findings = phrase_screen().screen(text, before, question)
        language = foreign_language(text)
        if language:
            findings.append(Finding("concern", (), (), "language", language))
        return Verdict.of(findings)
    except Exception as error:
        log.error("screening failed why=%s", type(error).__name__)
        return Verdict.of([Finding("urgent", (), (), "failure", type(error).__name__)])


@cache
def phrase_screen() -> PhraseScreen:
    """The shipped phrases, compiled once in a process."""
    return PhraseScreen.load(SHIPPED)
