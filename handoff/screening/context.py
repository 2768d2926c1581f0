"""What the messages before make of one: small worries that add up are as urgent as one big one, and who did
what was told before is an allegation where it is somebody here.

Pure; triage gives it what was heard lately and acts on what it finds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handoff.screening.verdict import Finding, Verdict

CONTEXT, ALLEGATION = "context", "allegation"
WINDOW = timedelta(hours=24)
MOST_WORRIES = 3
JUST_BEFORE = 3  # messages in which harm was told, for an answer that says who did it
TWICE_IS_ENOUGH = frozenset(
    ("self_harm", "suicide", "physical_abuse", "sexual_abuse", "domestic_abuse", "grooming")
)
_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Worry:
    """One thing heard in an earlier message of the conversation: at concern, or `urgent` and above."""

    message_id: uuid.UUID
    urgent: bool
    categories: frozenset[str]


def adds_up(earlier: Sequence[Worry], danger: Verdict) -> Finding | None:
    """The urgent finding that a message at concern makes together with `earlier`, if it does.

    The third message, or the second of one of the categories that do not wait for a third. `earlier` is what
    was heard in the last 24 hours, and since an adviser last dealt with it: once that has something urgent,
    or has added up before, people know already.
    """
    if danger.level != "concern" or any(worry.urgent for worry in earlier):
        return None
    third = len({worry.message_id for worry in earlier}) + 1 >= MOST_WORRIES
    before = frozenset[str]().union(*(worry.categories for worry in earlier))
    again = TWICE_IS_ENOUGH & before & set(danger.categories)
    if not (third or again):
        return None
    evidence = dict.fromkeys(
        words for one in danger.findings if one.level == "concern" for words in one.evidence
    )
    about = Verdict.of([one for one in danger.findings if not one.unread]).categories
    return Finding("urgent", about, tuple(evidence), CONTEXT, _VERSION)


def allegation(text: str) -> Finding:
    """The urgent finding that words are which give somebody here for the harm that was told before."""
    return Finding("urgent", (ALLEGATION,), (text,), CONTEXT, _VERSION)
