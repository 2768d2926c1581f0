"""Who is passed to an adviser in a chat may leave a number or a good time; either reaches the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.reach import NUMBER_KEPT, TIME_KEPT, is_all, says_when
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa

Client = TestClient[Any, Any]
HEARD = "i am neet, i left college"


@pytest.fixture
async def chat(client: Client) -> Chat:
    chat = await make_chat(client, "camden")
    await chat.say(HEARD)
    return chat


async def the_case(sam: Colleague) -> tuple[dict[str, Any], str]:
    """The one case, and its page."""
    _, body = await sam.get("/api/staff/cases")
    (listed,) = body["cases"]
    _, case = await sam.get(f"/api/staff/cases/{listed['id']}")
    return case, await sam.page(f"/staff/cases/{listed['id']}")


async def test_a_number_reaches_the_case_and_is_not_taken_for_a_question(
    chat: Chat, sam: Colleague, rasa: FakeRasa
) -> None:
    asked = len(rasa.asked)
    (kept,) = await chat.say("its 07700 900456")
    assert (kept["text"], kept["kind"], len(rasa.asked)) == (NUMBER_KEPT, "notice", asked)
    case, page = await the_case(sam)
    assert (case["reason"], case["number"]) == ("neet", "+44 •••• ••• 456")
    assert "written in the chat" in page


async def test_a_question_beside_the_number_is_answered(chat: Chat, sam: Colleague) -> None:
    kept, answer = await chat.say("07700900456. can i get a bursary?")
    assert kept["text"] == NUMBER_KEPT and answer["author"] == "bot"


async def test_a_good_time_reaches_the_case(chat: Chat, sam: Colleague, rasa: FakeRasa) -> None:
    asked = len(rasa.asked)
    (kept,) = await chat.say("after 4 is best")
    assert (kept["text"], len(rasa.asked)) == (TIME_KEPT, asked)
    case, page = await the_case(sam)
    assert case["facts"]["good_time"] == "after 4 is best" and "Good time" in page


async def test_a_time_said_long_after_is_ordinary_talk(chat: Chat, parts: Parts, rasa: FakeRasa) -> None:
    parts.clock.move(timedelta(minutes=16))
    (answer,) = await chat.say("evenings")
    assert answer["author"] == "bot"


async def test_neither_is_needed(chat: Chat, sam: Colleague) -> None:
    (answer,) = await chat.say("when does college start")
    assert answer["author"] == "bot"
    case, _ = await the_case(sam)
    assert case["number"] is None


async def test_after_a_no_a_number_is_not_kept(chat: Chat, internal: Client, sam: Colleague) -> None:
    body = {"conversation": f"{chat.conversation}:1", "message_id": "n"}
    assert (await internal.post("/internal/neet/no", json=body)).status == 200
    (answer,) = await chat.say("07700900456")
    assert answer["author"] == "bot"
    case, _ = await the_case(sam)
    assert case["number"] is None


async def test_an_answer_to_a_form_is_the_forms_own(chat: Chat, rasa: FakeRasa, sam: Colleague) -> None:
    rasa.form = "register_form"
    await chat.say("register me")
    for words in ("07700900456", "after 4"):
        (answer,) = await chat.say(words)
        assert answer["author"] == "bot"
    case, _ = await the_case(sam)
    assert case["number"] is None and "good_time" not in case["facts"]


@pytest.mark.parametrize(
    "text",
    ["after 4", "evenings pls", "any time", "weekends or after 6pm", "mornings are best", "tomorrow 3pm xx",
     "mon to fri after college", "not mondays"],
)  # fmt: skip
def test_words_that_say_when(text: str) -> None:
    assert says_when(text)


@pytest.mark.parametrize(
    "text",
    ["no", "ok", "4", "what time do you open", "when is it", "i work evenings", "after school i get hit",
     "college", "he comes at night", "", "x" * 5000, "after " * 800],
)  # fmt: skip
def test_words_that_say_something_else(text: str) -> None:
    assert not says_when(text)


@pytest.mark.parametrize(
    ("text", "alone"),
    [("07700900456", True), ("my number is 07700 900 456 thanks", True), ("o7700 900456 after 4", True),
     ("07700900456 can i get a bursary", False), ("text my mum on 07700900456", False)],
)  # fmt: skip
def test_a_number_alone_needs_no_answer(text: str, alone: bool) -> None:
    assert is_all(text) is alone
