"""The fixed messages: whole, short enough for a phone, and never without a way to help."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.vocabulary import load_vocabulary
from handoff.content.areas import load_areas
from handoff.screening.messages import KINDS, fixed_message, safety_message
from handoff.screening.verdict import Finding, Verdict
from handoff.sms.gsm7 import parts, to_gsm7

AREAS = load_areas()
MIDDAY, MIDNIGHT = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 0, tzinfo=UTC)
CATEGORIES = sorted(load_vocabulary().categories)


def verdict(level: str, category: str) -> Verdict:
    return Verdict.of([Finding(level, (category,), ("words",), "phrases", "v")])  # type: ignore[arg-type]


@pytest.mark.parametrize("area", AREAS.values(), ids=list(AREAS))
@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("level", ["emergency", "urgent"])
def test_every_safety_message_has_help_now_and_no_promise_of_secrecy(
    level: str, category: str, area: object
) -> None:
    sent = safety_message(verdict(level, category), area, MIDNIGHT)  # type: ignore[arg-type]
    for text in (sent.text, sent.sms):
        assert "999" in text and "0800 1111" in text and "{" not in text
        assert "computer" in text and "can't keep this secret" in text
        assert area.duty_phone_night in text  # type: ignore[attr-defined]
    assert sent.text.rstrip().endswith("?")
    assert to_gsm7(sent.sms) == sent.sms and parts(sent.sms) <= 2


def test_by_day_the_day_number_is_given() -> None:
    area = AREAS["camden"]
    assert area.duty_phone_day in safety_message(verdict("urgent", "neglect"), area, MIDDAY).text


def test_the_highest_finding_chooses_the_words() -> None:
    both = Verdict.of([*verdict("urgent", "homelessness").findings, *verdict("concern", "suicide").findings])
    assert "safe place" in safety_message(both, AREAS["camden"], MIDDAY).text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("emergency", "urgent")])
def test_the_other_messages_fit_a_text_and_name_a_helpline(kind: str) -> None:
    sent = fixed_message(kind, AREAS["camden"], MIDDAY)
    assert "0800 1111" in sent.sms and parts(sent.sms) <= 2
