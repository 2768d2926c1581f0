"""What a further question about the answer just given gets: the part it asks for, never the same words."""

from __future__ import annotations

from aiohttp.test_utils import TestClient

from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer, talk


async def test_a_follow_up_with_the_same_answer_is_told_so_and_never_the_same_words_twice_in_a_row(
    client: TestClient, rasa: FakeRasa
) -> None:
    rasa.script["bursary?"] = rasa.script["and if im 19?"] = [answer("bursary")]
    chat = await make_chat(client)
    (first,), (again,) = await chat.say("bursary?"), await chat.say("and if im 19?")
    assert (again["kind"], again["answer"]) == ("answer", "bursary")
    assert len(again["text"]) < len(first["text"]) / 2 and "Help with college costs" in again["text"]
    assert "One of these may say more." in again["text"]  # what is offered below it
    assert again["choices"][0] == {"text": "Talk to a person", "answer": "talk-to-person"}
    await chat.say("hello")
    assert [reply["text"] for reply in await chat.say("bursary?")] == [first["text"]]


async def test_asked_for_more_the_next_steps_of_the_last_answer_are_offered(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    rasa.script["money for college"] = [answer("bursary")]
    rasa.script["more"] = [{**talk("These go with it:"), "kind": "choices"}]
    await chat.say("money for college")
    rasa.intent = "more"
    [said] = await chat.say("more")
    offered = [choice["answer"] for choice in said["choices"]]
    assert offered == ["bursary-vulnerable", "travel", "free-meals", "talk-to-person"]


async def test_a_follow_up_to_the_answer_just_given_gets_the_part_it_asks_for(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    rasa.script["apprentice pay"] = rasa.script["what about if im 19"] = [answer("apprenticeship-pay")]
    await chat.say("apprentice pay")
    [said] = await chat.say("what about if im 19")
    assert said["answer"] == "apprenticeship-pay" and "19 to 20: £" in said["text"]
    assert "what I know" not in said["text"] and len(said["text"]) < 400


async def test_two_questions_get_two_answers_in_the_chat(client: TestClient, rasa: FakeRasa) -> None:
    rasa.script["money and buses?"] = [answer("bursary"), {**answer("travel"), "sms": "For the other:"}]
    first, second = await (await make_chat(client)).say("money and buses?")
    assert [(reply["kind"], reply["answer"]) for reply in (first, second)] == [
        ("answer", "bursary"),
        ("answer", "travel"),
    ]
