"""What is said next, and to whom: an answer for their age, a way on from news about themselves, and more."""

from __future__ import annotations

import pytest

from tests.bot.servers import Conversation, RasaServer

AFTER_BURSARY = {"choice": {"text": "go on", "answer": "bursary"}}
AFTER_CLAIMING = {"choice": {"text": "go on", "answer": "benefits-16-17"}}


def answers(replies: list[dict[str, object]]) -> list[object]:
    return [reply["answer"] for reply in replies if reply["kind"] == "answer"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("where can i do a traineeship in lambeth", "apprenticeship-what"),
        ("is the traineeship thing still running", "apprenticeship-what"),
        ("tell me about v levels", "qualification-levels"),
        ("could i start a v level next week", "qualification-levels"),
        ("could i become an electrician at 16", "career-ideas"),
        ("i wanna be a midwife, wots the way in", "career-ideas"),
        ("can i take a levels even tho i didnt pass maths", "sixth-form"),
        ("am i allowed pip at 17", "benefits-16-17"),
        ("have u got a name", "what-is-this"),
    ],
)
def test_a_question_gets_the_answer_that_says_it(shipped: RasaServer, text: str, slug: str) -> None:
    assert answers(Conversation(shipped).hear(text)) == [slug]


@pytest.mark.parametrize("text", ["how old for the army", "is 16 old enough for the navy"])
def test_the_forces_are_no_question_about_staying_on(shipped: RasaServer, text: str) -> None:
    assert "stay-on-until-18" not in answers(Conversation(shipped).hear(text))


@pytest.mark.parametrize(
    ("age", "slug"), [(14, "signpost-under-16"), (17, "benefits-16-17"), (20, "signpost-18-plus")]
)
def test_how_to_claim_is_answered_for_the_age_they_said(shipped: RasaServer, age: int, slug: str) -> None:
    said = Conversation(shipped).hear("how can i claim universal credit", facts={"age": age})
    assert answers(said) == [slug]


@pytest.mark.parametrize("text", ["im 17", "i live with my nan", "im staying at my aunties"])
def test_news_about_themselves_after_how_to_claim_offers_the_registration(
    shipped: RasaServer, text: str
) -> None:
    talk = Conversation(shipped)
    talk.hear("go on", **AFTER_CLAIMING)
    [said] = talk.hear(text)
    assert [choice["answer"] for choice in said["choices"]] == ["register-for-benefits", "talk-to-person"]


@pytest.mark.parametrize("text", ["1", "9", "more", "more info please"])
def test_a_number_without_a_list_offers_one(shipped: RasaServer, text: str) -> None:
    talk = Conversation(shipped)
    talk.hear("go on", **AFTER_BURSARY)
    [said] = talk.hear(text)
    offered = [choice["answer"] for choice in said["choices"]]
    assert said["kind"] == "choices" and "bursary" not in offered
    assert 3 <= len(offered) <= 4 and offered[-1] == "talk-to-person"


def test_a_number_with_nothing_before_it_offers_where_to_begin(shipped: RasaServer) -> None:
    [said] = Conversation(shipped).hear("2")
    assert said["kind"] == "fallback" and len(said["choices"]) == 3


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how are u today", "how_are_you"),
        ("hows ur day been", "how_are_you"),
        ("get rid of my data", "delete_my_data"),
        ("i want everything about me deleted", "delete_my_data"),
        ("stop texting me", "stop_messages"),
        ("i live in oxford who can i speak to", "who_to_ask"),
        ("i live in camden", "about_me"),
        ("hi", "greet"),
    ],
)
def test_talk_is_told_apart(shipped: RasaServer, text: str, intent: str) -> None:
    status, answer = Conversation(shipped).say(text)
    assert status == 200 and answer["understood"]["intent"] == intent


@pytest.mark.parametrize(
    "text", ["actually no dont worry", "no wait forget it", "actually nah forget about it"]
)
def test_second_thoughts_are_a_no(shipped: RasaServer, text: str) -> None:
    status, parse = shipped.ask("POST", "/model/parse?token=token-of-the-tests", {"text": text})
    assert status == 200 and parse["intent"]["name"] in {"deny", "cancel_registration", "no_adviser"}


@pytest.mark.parametrize(
    "text",
    [
        "when i was little i was abused, social workers dealt with it",
        "i used to cut myself, better now, can i do a level psychology",
    ],
)
def test_harm_in_the_past_is_never_answered_with_convictions(shipped: RasaServer, text: str) -> None:
    assert "criminal-record" not in str(Conversation(shipped).say(text))
