"""What a person says of themselves in passing, over HTTP: told to Rasa, used in answers, shown to staff."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from handoff.app import Parts
from tests.handoff.factories import make_chat, sign_in
from tests.handoff.fakes import FakeRasa, answer

WORRY = "i feel so low and i cry every night"


def told(rasa: FakeRasa) -> dict[str, Any]:
    """The facts Rasa was given with the last message."""
    return dict(rasa.asked[-1]["context"]["facts"])


async def phone_in(chat: Any, rasa: FakeRasa, says: str) -> str:
    """What a message that is answered with the area's details is answered."""
    rasa.script[says] = [answer("talk-to-person")]
    await chat.say("hello")  # the same answer twice running would be said shortly
    return str((await chat.say(says))[0]["text"])


async def test_what_was_said_is_told_with_its_own_turn_and_later_ones(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    await chat.say("im 17 and at college")
    assert told(rasa) == {"age": 17, "activity": "college"}
    await chat.say("how much is it")
    assert told(rasa) == {"age": 17, "activity": "college"}


async def test_a_later_word_replaces_an_earlier_one(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    await chat.say("im 17 and at college")
    await chat.say("actually im 18")
    assert told(rasa) == {"age": 18, "activity": "college"}
    await chat.say("i left college")
    assert told(rasa) == {"age": 18}


@pytest.mark.parametrize(
    "says", ["i live in lambeth", "what about in lambeth", "im at SW9 9AA. i live in sw9"]
)
async def test_an_area_that_is_said_is_the_answers_area_at_once_and_later(
    client: TestClient, rasa: FakeRasa, says: str
) -> None:
    chat = await make_chat(client)
    assert "Lambeth" in await phone_in(chat, rasa, says)
    assert "Lambeth" in await phone_in(chat, rasa, "how do i reach you")
    assert rasa.asked[-1]["context"]["area"] == "lambeth"


async def test_a_corrected_area_is_followed(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    await phone_in(chat, rasa, "i live in lambeth")
    assert "Southwark" in await phone_in(chat, rasa, "no i live in southwark")


async def test_the_area_of_the_page_they_wrote_on_is_not_moved(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client, area="camden")
    for says in ("i live in camden", "i live in lambeth", "what about in lambeth"):
        assert "Camden" in await phone_in(chat, rasa, says)
    assert rasa.asked[-1]["context"]["area"] == "camden"
    assert told(rasa) == {"area": "lambeth"}


async def test_a_case_opened_before_gets_the_area_that_is_said(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    await chat.say(WORRY)
    await chat.say("i live in lambeth")
    await sign_in(client, "lead@demo.test")
    (case,) = (await (await client.get("/api/staff/cases?state=open")).json())["cases"]
    assert case["area"] == "lambeth"


async def test_an_adviser_reads_what_they_said_under_what_we_know(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    await chat.say("im 17, im not in education or work and i live in lambeth")
    await chat.say(WORRY)
    await sign_in(client, "lead@demo.test")
    (case, *_) = (await (await client.get("/api/staff/cases?state=open")).json())["cases"]
    page = await (await client.get(f"/staff/cases/{case['id']}")).text()
    known = " ".join(page.partition('id="known-title"')[2].split())
    assert "<dt>Age</dt><dd>17</dd>" in known
    assert "<dt>Area they said</dt><dd>Lambeth</dd>" in known
    assert "Not studying or working at the moment" in page


async def test_answers_to_a_form_are_left_to_the_form(client: TestClient, rasa: FakeRasa) -> None:
    chat = await make_chat(client)
    rasa.form = "register_form"
    await chat.say("register me")
    await chat.say("im 17")
    assert told(rasa) == {}


async def test_help_that_is_called_for_in_the_midst_of_a_form_comes_from_where_they_live(
    client: TestClient, rasa: FakeRasa
) -> None:
    chat = await make_chat(client)
    rasa.form = "register_form"
    await chat.say("register me")
    await chat.say("SW2 1RW")
    [said] = await chat.say("my dad hits me")
    assert "a person at Lambeth" in said["text"]
    await sign_in(client)
    assert (await (await client.get("/api/staff/cases?state=open")).json())["cases"] == []


async def test_facts_are_kept_unreadable_in_the_database(
    client: TestClient, parts: Parts, rasa: FakeRasa
) -> None:
    await (await make_chat(client)).say("im 17 and i live in lambeth")
    async with parts.db.reading() as session:
        (stored,) = (await session.execute(text("SELECT facts FROM conversation"))).scalars()
    assert b"lambeth" not in bytes(stored) and b"age" not in bytes(stored)
