"""Words that are taken back after a worry lower nothing, and are met kindly once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.screening import sets, taken_back
from handoff.screening.taken_back import hear
from tests.handoff.cases.scenes import LEAD, Colleague, signed_in
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, talk
from tests.handoff.sms.phones import Phone

Client = TestClient[Any, Any]
LOW, URGENT = "i feel so low all the time", "my step dad hits me"
KIND = "wrong by saying it"


@pytest.mark.parametrize(
    "words",
    ["lol jk", "JKKKK!!", "only joking", "im fine forget it", "nvm", "dw about it", "i was lying",
     "i lied sorry", "pls delete that", "I didn't mean it", "I’m fine honestly", "it was just a joke",
     "its nothing", "wait no ignore that", "not that deep", "it was my mate on my phone"],
)  # fmt: skip
def test_all_that_is_said_is_that_it_was_nothing(words: str) -> None:
    assert hear(words) == "all"


@pytest.mark.parametrize(
    "words",
    ["dont tell anyone i said that", "please dont tell my mum about this", "i wish i hadnt said anything",
     "i was only joking, when does college start", "forget i said anything ok"],
)  # fmt: skip
def test_it_is_heard_beside_other_words(words: str) -> None:
    assert hear(words) == "part"


@pytest.mark.parametrize(
    "words",
    ["hello", "lol", "ok thanks", "im not joking", "im not even joking", "he said he was only joking",
     "my life is a joke", "i was lying in bed crying", "nothing", "yes", "nvm what are the bursary rules",
     "when can i take my exam back", "is it fine to start in january", ""],
)  # fmt: skip
def test_ordinary_words_and_other_peoples_jokes_are_left_alone(words: str) -> None:
    assert hear(words) is None


@pytest.mark.parametrize("words", ["yeah thats fine", "im fine", "its all good", "no its nothing", "nvm"])
def test_an_answer_to_a_question_takes_nothing_back(words: str) -> None:
    assert hear(words) == "all" and hear(words, asked=True) is None


@pytest.mark.parametrize("words", ["lol jk", "no i was only joking", "pls delete that"])
def test_what_takes_back_wherever_it_is_said_does_in_answer_to_a_question_too(words: str) -> None:
    assert hear(words, asked=True) == "all"


@pytest.mark.parametrize(
    "words", ["just leave it " * 28 + "z", "it was a joke " * 28, "no " * 130, "(" * 400]
)
def test_hostile_words_cost_no_more_than_others(words: str) -> None:
    assert hear(words) in ("all", "part", None)


def test_a_changed_file_is_not_used_and_nobody_is_heard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "taken_back.yml").write_text("anywhere: [hello]\nalone: []\nbeside: ''\n", encoding="utf-8")
    taken_back._patterns.cache_clear()
    monkeypatch.setattr(sets, "SHIPPED", tmp_path)
    assert hear("lol jk") is None and hear("hello") is None
    monkeypatch.undo()
    taken_back._patterns.cache_clear()
    assert hear("lol jk") == "all"


# -- through the service


async def the_case(priya: Colleague, chat: Chat) -> dict[str, Any]:
    _, body = await priya.get("/api/staff/cases")
    found = next(one for one in body["cases"] if one["conversation"] == chat.conversation)
    _, seen = await priya.get(f"/api/staff/cases/{found['id']}")
    return seen


async def test_after_a_worry_it_is_met_kindly_and_the_assistant_says_nothing(
    client: Client, rasa: FakeRasa
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(LOW)
    asked = len(rasa.asked)
    async with signed_in(client, LEAD) as priya:
        before = await the_case(priya, chat)
        (said,) = await chat.say("lol jk")
        after = await the_case(priya, chat)
        page = await priya.page(f"/staff/cases/{after['id']}")
    assert KIND in said["text"] and "will still look" in said["text"] and "0800 1111" in said["text"]
    assert "?" not in said["text"].replace("In danger?", "") and "secret" not in said["text"]
    assert len(rasa.asked) == asked and await chat.state() == "bot"
    assert {key: after[key] for key in ("level", "due_at", "state")} == {
        key: before[key] for key in ("level", "due_at", "state")
    }
    assert after["facts"]["took_it_back"] and "Took it back" in page
    assert any("took back what they said" in note["text"] for note in after["notes"])


async def test_a_second_time_it_gets_holding_text_and_never_silence(
    client: Client, rasa: FakeRasa, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(LOW)
    assert KIND in (await chat.say("nvm"))[0]["text"]
    (answer,) = await chat.say("im fine thanks")  # too soon for fixed words again
    assert answer["author"] == "bot"
    parts.clock.move(timedelta(hours=1))
    (holding,) = await chat.say("im fine thanks")
    assert (holding["kind"], KIND in holding["text"]) == ("safety", False)
    assert "a person has been told" in holding["text"]
    (answer,) = await chat.say("when does college start")
    assert answer["author"] == "bot"
    async with signed_in(client, LEAD) as priya:
        case = await the_case(priya, chat)
    assert sum("took back what they said" in note["text"] for note in case["notes"]) == 2


async def test_beside_a_question_both_are_answered(client: Client) -> None:
    chat = await make_chat(client)
    await chat.say(LOW)
    kind, answer = await chat.say("i was only joking, when does college start")
    assert KIND in kind["text"] and answer["author"] == "bot"


async def test_after_a_disclosure_nothing_is_lowered_and_it_stands_for_the_holding_text(
    client: Client, parts: Parts
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(URGENT)
    (said,) = await chat.say("jk")
    assert KIND in said["text"]
    assert await chat.say("are you there") == []  # the next holding text is for later
    parts.clock.move(timedelta(minutes=6))
    assert len(await chat.say("are you there")) == 1
    async with signed_in(client, LEAD) as priya:
        case = await the_case(priya, chat)
    assert (case["level"], case["conversation_state"], await chat.state()) == ("urgent", "waiting", "waiting")
    async with parts.db.reading() as session:
        taken = select(AuditEntry).where(AuditEntry.action == "case.taken_back")
        assert len(list((await session.execute(taken)).scalars())) == 1


async def test_by_text_it_takes_two_parts_at_most(phone: Phone) -> None:
    for words in (URGENT, "only joking dw"):
        await phone.text(words)
        await phone.settled()
    *_, last = await phone.outgoing()
    assert "it was fine to say it" in last.body and last.safety and len(last.body) <= 306


async def test_with_an_adviser_the_adviser_answers_it(client: Client) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(URGENT)
    async with signed_in(client, LEAD) as priya:
        at = f"/api/staff/cases/{(await the_case(priya, chat))['id']}"
        await priya.post(f"{at}/claim")
        await priya.post(f"{at}/reply", {"text": "I am Priya."})
        assert await chat.say("lol jk") == []
        assert "took_it_back" in (await the_case(priya, chat))["facts"]


async def test_without_a_worry_or_long_after_it_is_ordinary_talk(
    client: Client, rasa: FakeRasa, parts: Parts
) -> None:
    chat = await make_chat(client)
    (reply,) = await chat.say("lol jk")
    assert reply["author"] == "bot"
    await chat.say(LOW)
    parts.clock.move(timedelta(hours=12, minutes=1))
    (reply,) = await chat.say("lol jk")
    assert reply["author"] == "bot"


async def test_a_form_goes_on_beside_it(client: Client, rasa: FakeRasa) -> None:
    rasa.form = "register_form"
    chat = await make_chat(client)
    await chat.say(LOW)
    kind, prompt = await chat.say("nvm")
    assert KIND in kind["text"] and prompt["author"] == "bot"


async def test_an_answer_to_a_question_of_the_form_is_no_taking_back(client: Client, rasa: FakeRasa) -> None:
    rasa.form = "register_form"
    rasa.script[LOW] = [talk("What are you doing at the moment?", kind="prompt")]
    chat = await make_chat(client, "camden")
    await chat.say(LOW)
    (answer,) = await chat.say("yeah thats fine")
    assert answer["author"] == "bot" and len(rasa.asked) == 2
    async with signed_in(client, LEAD) as priya:
        assert "took_it_back" not in (await the_case(priya, chat))["facts"]


async def test_a_repeat_of_the_message_changes_nothing(client: Client, parts: Parts) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    await chat.say(LOW)
    first, again = [await (await chat.send("jk", id=same, wait=True)).json() for _ in range(2)]
    assert first == again and len(first["replies"]) == 1


async def test_danger_in_the_same_breath_is_answered_as_danger(client: Client) -> None:
    chat = await make_chat(client)
    await chat.say(LOW)
    (safety,) = await chat.say(f"jk {URGENT}")
    assert "can't keep this secret" in safety["text"]
    assert await chat.state() == "waiting"
