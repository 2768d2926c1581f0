"""Coming back with a code and a date of birth: from anywhere, shown nothing said elsewhere, no guessing."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.conversations import service as conversations
from handoff.registrations import come_back
from handoff.registrations.model import Draft
from handoff.retention.nightly import Keeper
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.registrations.forms import GIVEN, Form

Client = TestClient[Any, Any]
BORN, WRONG = GIVEN["date_of_birth"], "4 feb 2010"
BEGUN = ("name", "date_of_birth", "postcode", "ground")


@pytest.fixture
async def begun(client: Client, internal: Client) -> Form:
    """A registration with its first answers given in one chat."""
    form = Form(internal, (await make_chat(client)).conversation)
    for field in BEGUN:
        await form.answer(field, GIVEN[field])
    return form


@pytest.fixture
async def elsewhere(client: Client, internal: Client) -> Form:
    """Another chat, with nothing said."""
    return Form(internal, (await make_chat(client)).conversation)


async def code_of(form: Form) -> str:
    return str((await form.post("codes"))["code"])


async def test_it_goes_on_from_another_contact_without_showing_what_was_said(
    begun: Form, elsewhere: Form
) -> None:
    told = await elsewhere.post("returns", code=await code_of(begun), birthday=BORN)
    assert told["ok"] and told["missing"][0] == "contact"
    assert {name: one["shown"] for name, one in told["answers"].items()} == dict.fromkeys(BEGUN)
    assert "Khan" not in str(told) and "NW5" not in str(told)
    assert (await begun.draft())["answers"] == {}


async def test_the_borough_is_asked_elsewhere_without_the_postcode_or_what_is_near_it(
    begun: Form, elsewhere: Form
) -> None:
    await begun.answer("postcode", "NW1 2ZZ")
    here = await begun.question("borough")
    assert "NW1 2ZZ" in here["text"] and here["choices"]
    told = await elsewhere.post("returns", code=await code_of(begun), birthday=BORN)
    assert told["missing"][0] == "borough"
    there = await elsewhere.question("borough")
    assert there["choices"] == [] and "NW1" not in str(there) and "your postcode" in there["text"]
    await elsewhere.answer("postcode", "NW1 2ZZ")
    assert await elsewhere.question("borough") == here


async def test_a_date_that_was_doubted_is_not_said_elsewhere(
    begun: Form, elsewhere: Form, parts: Parts
) -> None:
    async with parts.db.transaction() as session:
        thread = await conversations.lock(session, uuid.UUID(begun.sender.partition(":")[0]))
        thread.facts = {"age": 17}
    assert (await begun.answer("date_of_birth", "3 feb 2009"))["ok"]
    assert (await begun.answer("date_of_birth", "7 may 2014"))["problem"] == "age_differs"
    await elsewhere.post("returns", code=await code_of(begun), birthday="3 feb 2009")
    assert "May 2014" not in str(await elsewhere.answer("date_of_birth", "yes the date is right"))


async def test_what_came_from_elsewhere_is_registered_with_the_rest(begun: Form, elsewhere: Form) -> None:
    await elsewhere.post("returns", code=await code_of(begun), birthday=BORN)
    for field in (await elsewhere.draft())["missing"]:
        await elsewhere.answer(field, GIVEN[field])
    status, told = await elsewhere.finish()
    assert (status, told["created"]) == (200, True)


async def test_the_same_contact_is_shown_its_own_answers(begun: Form) -> None:
    told = await begun.post("returns", code=await code_of(begun), birthday=BORN)
    assert told["answers"]["name"] == {"shown": "Aisha Khan"}


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", " "), " {} please ".format])
async def test_a_code_is_read_as_people_say_it(begun: Form, elsewhere: Form, written: Any) -> None:
    code = written(await code_of(begun))
    assert (await elsewhere.post("returns", code=f"its {code}", birthday=BORN))["ok"]


async def test_a_wrong_code_and_a_wrong_date_are_told_the_same(begun: Form, elsewhere: Form) -> None:
    code = await code_of(begun)
    wrong_date = await elsewhere.post("returns", code=code, birthday=WRONG)
    wrong_code = await elsewhere.post("returns", code="OTTER-00000", birthday=BORN)
    assert wrong_date == {"ok": False, "problem": "no_match", "tries_left": 4}
    assert wrong_code == wrong_date | {"tries_left": 3}


async def test_after_five_tries_even_the_right_one_opens_nothing_for_a_day(
    begun: Form, elsewhere: Form, parts: Parts
) -> None:
    code = await code_of(begun)
    for _ in range(5):
        last = await elsewhere.post("returns", code="OTTER-00000", birthday=BORN)
    assert last["tries_left"] == 0
    assert (await elsewhere.post("returns", code=code, birthday=BORN))["ok"] is False
    parts.clock.move(timedelta(hours=25))
    assert (await elsewhere.post("returns", code=code, birthday=BORN))["ok"] is True


async def test_a_code_guessed_at_from_many_contacts_is_dead(
    begun: Form, client: Client, internal: Client
) -> None:
    code = await code_of(begun)
    for _ in range(5):
        guesser = Form(internal, (await make_chat(client)).conversation)
        await guesser.post("returns", code=code, birthday=WRONG)
    owner = Form(internal, (await make_chat(client)).conversation)
    assert (await owner.post("returns", code=code, birthday=BORN))["ok"] is False


async def test_words_that_are_no_date_cost_no_try(begun: Form, elsewhere: Form) -> None:
    code = await code_of(begun)
    told = await elsewhere.post("returns", code=code, birthday="idk")
    assert told == {"ok": False, "problem": "not_a_date"}
    assert (await elsewhere.post("returns", code=code, birthday=WRONG))["tries_left"] == 4


async def test_a_code_works_once_and_a_newer_one_ends_it(begun: Form, elsewhere: Form) -> None:
    first, second = await code_of(begun), await code_of(begun)
    assert (await elsewhere.post("returns", code=first, birthday=BORN))["ok"] is False
    assert (await elsewhere.post("returns", code=second, birthday=BORN))["ok"] is True
    assert (await begun.post("returns", code=second, birthday=BORN))["ok"] is False


@pytest.mark.parametrize(("birthday", "found"), [(BORN, True), (WRONG, False)])
async def test_a_repeated_turn_is_told_the_same_and_costs_no_further_try(
    begun: Form, client: Client, internal: Client, rasa: FakeRasa, birthday: str, found: bool
) -> None:
    code, chat, done = await code_of(begun), await make_chat(client), rasa.hang()
    await chat.send(birthday)
    await rasa.was_asked.wait()
    form, turn = Form(internal, chat.conversation), rasa.asked[0]["message_id"]
    first = await form.post("returns", code=code, birthday=birthday, message_id=turn)
    again = await form.post("returns", code=code, birthday=birthday, message_id=turn)
    done.set()
    assert first["ok"] is found and again == first
    if not found:
        assert (await form.post("returns", code=code, birthday=WRONG))["tries_left"] == 3


async def test_two_who_come_back_at_once_do_not_both_get_it(
    begun: Form, elsewhere: Form, client: Client, internal: Client
) -> None:
    code, other = await code_of(begun), Form(internal, (await make_chat(client)).conversation)
    told = await asyncio.gather(
        elsewhere.post("returns", code=code, birthday=BORN), other.post("returns", code=code, birthday=BORN)
    )
    assert sorted(one["ok"] for one in told) == [False, True]


async def test_after_thirty_days_it_is_gone(begun: Form, elsewhere: Form, parts: Parts) -> None:
    code = await code_of(begun)
    parts.clock.move(timedelta(days=31))
    assert (await elsewhere.post("returns", code=code, birthday=BORN))["ok"] is False
    keeper = Keeper(parts.db, parts.clock, parts.rules, parts.rasa)
    assert (await keeper.remove_due())["drafts"] == 1
    async with parts.db.reading() as session:
        assert list((await session.execute(select(Draft))).scalars()) == []


async def test_without_a_date_of_birth_there_is_no_code(elsewhere: Form) -> None:
    await elsewhere.answer("name", "Aisha Khan")
    assert await elsewhere.post("codes") == {"code": None}


async def test_a_code_is_nowhere_in_the_database(begun: Form, parts: Parts) -> None:
    code = await code_of(begun)
    async with parts.db.reading() as session:
        row = (await session.execute(text("SELECT * FROM registration_draft"))).one()
    assert code not in str(row) and code.partition("-")[2] not in str(row)


def test_every_code_that_is_made_is_found_in_a_sentence() -> None:
    for _ in range(200):
        code = come_back.new_code()
        assert come_back.code_in(f"hi my code is {code.lower()} thanks") == code
