"""What the shipped assistant makes of short names, and of a person asked for beside a question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.servers import TOKEN, Conversation, RasaServer


def parsed(rasa: RasaServer, text: str) -> dict[str, Any]:
    """Intent and entities of one message."""
    status, parse = rasa.ask("POST", f"/model/parse?token={TOKEN}", {"text": text})
    assert status == 200
    found = {entity["entity"]: entity["value"] for entity in parse["entities"]}
    return {"intent": parse["intent"]["name"], **found}


@pytest.mark.parametrize(
    "text",
    [
        "can i talk to someone and also how much is the bursary",
        "can i talk to someone, how much is the bursary",
        "how much is the bursary? and can i speak to an adviser",
        "can i talk to someone please. also bursary",
    ],
)
def test_a_person_and_a_question_are_both_heard(shipped: RasaServer, text: str) -> None:
    heard = {"intent": "talk_to_person", "topic": "talk-to-person", "also": "bursary"}
    assert parsed(shipped, text) == heard


@pytest.mark.parametrize(
    ("before", "text", "topic"),
    [
        ("cv", "university", "university"),
        ("cv", "uni?", "university"),
        ("cv", "6th form", "sixth-form"),
        ("cv", "work", "job-search"),
        ("apprenticeship-what", "college?", "fe-college"),
        ("apprenticeship-what", "uni?", "university"),
        ("apprenticeship-what", "uc", "benefits-16-17"),
        ("university", "apprenticeships", "apprenticeship-what"),
        ("university", "cv", "cv"),
    ],
)
def test_one_word_after_an_answer_is_about_the_topic_it_names(
    shipped: RasaServer, before: str, text: str, topic: str
) -> None:
    talk = Conversation(shipped)
    talk.hear("go on", choice={"text": "go on", "answer": before})
    assert [reply["answer"] for reply in talk.hear(text)] == [topic]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("uc", "benefits-16-17"),
        ("What is UC", "benefits-16-17"),
        ("help with personal statement", "university"),
        ("DBS check", "criminal-record"),
        ("how do i become an electrician", "career-ideas"),
        ("how can i be a chef", "career-ideas"),
    ],
)
def test_names_and_short_forms_are_known(shipped: RasaServer, text: str, topic: str) -> None:
    assert parsed(shipped, text).get("topic") == topic


@pytest.mark.parametrize("text", ["provisional licence", "how do i get a provisional licence", "nus card"])
def test_what_somebody_else_does_is_said_to_be_so(shipped: RasaServer, text: str) -> None:
    reply = Conversation(shipped).hear(text)[0]
    assert reply["kind"] == "fallback" and "GOV.UK" in reply["text"] and "GOV.UK" in reply["sms"]
