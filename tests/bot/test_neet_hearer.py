"""What handoff heard of leaving learning decides the talk, and takes no question's answer away."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA
from rasa.shared.nlu.training_data.message import Message

from bot.components.neet_hearer import OF_THEIR_OWN, NeetHearer

FIRST = {"heard": "now", "first": True, "when": "by 5pm"}
TOPIC = [{"entity": "topic", "value": "bursary"}]


def heard(intent: str, neet: dict[str, Any] | None, form: str | None = None) -> Message:
    message = Message({INTENT: {"name": intent, "confidence": 0.9}, ENTITIES: TOPIC})
    message.set(METADATA, {"context": {"neet": neet}, "form": form})
    [message] = NeetHearer().process([message])
    return message


@pytest.mark.parametrize("intent", ["faq", "two_questions", "lost", "about_me", "deny"])
def test_the_first_time_it_counts_whatever_else_is_said_and_keeps_what_was_asked(intent: str) -> None:
    message = heard(intent, FIRST)
    assert message.get(INTENT)["name"] == "neet"
    assert message.get(ENTITIES) == TOPIC
    assert heard(intent, {**FIRST, "heard": "at_risk"}).get(INTENT)["name"] == "at_risk"


@pytest.mark.parametrize("neet", [{**FIRST, "first": False}, {"heard": "now", "said_no": True}])
def test_later_a_question_is_only_answered(neet: dict[str, Any]) -> None:
    assert heard("faq", neet).get(INTENT)["name"] == "faq"
    assert heard("lost", neet).get(INTENT)["name"] == "neet"


def test_an_offer_is_made_after_the_answer() -> None:
    message = heard("faq", {"heard": "now", "offer": True})
    assert message.get(INTENT)["name"] == "neet" and message.get(ENTITIES) == TOPIC


@pytest.mark.parametrize("intent", sorted(OF_THEIR_OWN))
def test_what_is_asked_to_be_done_is_done(intent: str) -> None:
    assert heard(intent, FIRST).get(INTENT)["name"] == intent


def test_in_a_form_and_where_nothing_was_heard_nothing_changes() -> None:
    assert heard("faq", FIRST, form="check_in_form").get(INTENT)["name"] == "faq"
    assert heard("faq", None).get(INTENT)["name"] == "faq"
