"""What a person gets at once when they may not be safe: the fixed messages in force, or the last resort."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from handoff.content.areas import Area
from handoff.screening.force import WORDINGS
from handoff.screening.verdict import Level, Verdict
from handoff.screening.wordings import KINDS as KINDS
from handoff.screening.wordings import Sent as Sent
from handoff.screening.wordings import choose, duty_phone, fill

log = logging.getLogger(__name__)
# The one text that stands in code: no file, database or helpline list need be there for it.
LAST_RESORT = (
    "If you are in danger now, call 999. For urgent health advice call 111. Talk to someone any time, free: "
    "Childline 0800 1111, or text SHOUT to 85258. I'm a computer and can't keep this secret: a person is "
    "being told and will answer you. Duty team {duty_phone}."
)


def safety_message(verdict: Verdict, area: Area, now: datetime) -> Sent:
    """What someone gets at urgent or emergency, by the categories of the highest findings."""
    highest = [finding for finding in verdict.findings if finding.level == verdict.level]
    codes = [code for finding in highest for code in finding.categories]
    return safety_message_of(verdict.level, codes, area, now)


def safety_message_of(level: Level, categories: Sequence[str], area: Area, now: datetime) -> Sent:
    """The same by what was heard: a level of urgent or emergency, and its categories."""
    return _say(level, categories, area, now)


def fixed_message(kind: str, area: Area, now: datetime) -> Sent:
    """The `concern`, `holding`, `failure`, `switched_off` or `taken_back` message."""
    return _say(kind, (), area, now)


def _say(kind: str, categories: Sequence[str], area: Area, now: datetime) -> Sent:
    try:
        return fill(choose(WORDINGS.get()[kind], categories), area, now)
    except Exception as error:
        log.error("no fixed message can be used why=%s", type(error).__name__)
        words = LAST_RESORT.format(duty_phone=duty_phone(area, now))
        return Sent(words, words)
