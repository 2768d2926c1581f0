"""What would cost every answer is read back first; a form that is over says so; a step back, and a wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.conftest import CONVERSATION, Person
from tests.actions.stub_handoff import StubHandoff
from tests.actions.test_registration import read_back as read_back

Say = Callable[..., Any]


@pytest.fixture
async def at_borough(register: Say) -> Say:
    """At the question about the borough, the first time."""
    await register("register me", "register_for_benefits")
    for text in ("Sam Jones", "3 feb 2010"):
        await register(text)
    assert await register("SW2 9ZZ") == ["prompt borough?"]
    return register


async def test_a_borough_elsewhere_that_is_plainly_named_is_believed(
    at_borough: Say, stub: StubHandoff
) -> None:
    assert await at_borough("croydon") == ["answer signpost-other-area"]
    assert stub.drafts == {}


async def test_a_borough_that_was_guessed_is_read_back_before_anything_is_deleted(
    at_borough: Say, person: Person, stub: StubHandoff
) -> None:
    before = dict(stub.drafts[CONVERSATION])
    assert await at_borough("croydn") == ["prompt_doubted_council"]
    assert person.heard[-1]["council"] == "Croydon council"
    assert await at_borough("wdym") == ["prompt_doubted_council"]
    assert await at_borough("no") == ["as_before", "prompt borough?"]
    assert stub.drafts[CONVERSATION] == before
    await at_borough("croydn")
    assert await at_borough("yes") == ["answer signpost-other-area"]
    assert stub.drafts == {}


async def test_a_borough_after_a_corrected_postcode_is_read_back(read_back: Say, stub: StubHandoff) -> None:
    await read_back("change my postcode")
    assert await read_back("SW2 9ZZ") == ["prompt borough?"]
    assert await read_back("croydon") == ["prompt_doubted_council"]
    assert stub.drafts[CONVERSATION]["name"] and stub.drafts[CONVERSATION]["ground"]


@pytest.mark.parametrize(
    "said", ["NW1 2DB", "no its nw12db", "sorry i meant NW1 2DB", "its NW1 2DB actually"]
)
async def test_a_postcode_said_where_its_borough_is_asked_for_takes_its_place(
    at_borough: Say, stub: StubHandoff, said: str
) -> None:
    assert await at_borough(said) == ["changed", "prompt_contact"]
    assert stub.drafts[CONVERSATION]["postcode"].upper().replace(" ", "") == "NW12DB"


async def test_a_postcode_elsewhere_said_where_its_borough_is_asked_for_is_read_back(at_borough: Say) -> None:
    assert await at_borough("CR0 1AA") == ["prompt_doubted_council"]
    assert await at_borough("no") == ["as_before", "prompt borough?"]


@pytest.mark.parametrize("said", ["yes", "no, 2009", "change my postcode", "save it", "delete it"])
async def test_a_form_that_an_adviser_finished_meanwhile_is_over(
    read_back: Say, person: Person, stub: StubHandoff, said: str
) -> None:
    stub.over = True
    heard = await read_back(said)
    while person.slots["requested_slot"]:
        heard = await read_back("yes")
    assert heard == ["finished_for_you"]
    assert person.slots["registration"] is None


@pytest.mark.parametrize("said", ["go back", "no go back", "back", "can i go back pls", "go back a step"])
async def test_going_back_asks_the_question_before_and_goes_on_from_there(
    register: Say, stub: StubHandoff, said: str
) -> None:
    await register("register me", "register_for_benefits")
    assert await register(said) == ["prompt_name"]
    for text in ("Sam Jones", "3 feb 2010"):
        await register(text)
    assert await register(said) == ["prompt_date_of_birth"]
    assert await register(said) == ["prompt_name"]
    assert await register("Sam Smith") == ["prompt_postcode"]
    assert stub.drafts[CONVERSATION]["name"] == "Sam Smith"


async def test_at_the_end_going_back_asks_what_to_change(read_back: Say) -> None:
    assert await read_back("go back") == ["prompt_change"]


@pytest.mark.parametrize("said", ["wait", "hang on a sec", "one min pls", "ok hold on", "2 mins"])
async def test_who_needs_a_moment_is_given_it_and_loses_no_try(register: Say, said: str) -> None:
    await register("register me", "register_for_benefits")
    await register("Sam Jones")
    for _ in range(4):
        assert await register(said) == ["take_your_time"]
    assert await register("3 feb 2010") == ["prompt_postcode"]


@pytest.mark.parametrize("said", ["my names wrong", "my name's wrong", "change my name"])
async def test_a_name_is_changed_however_it_is_put(read_back: Say, said: str) -> None:
    assert await read_back(said) == ["prompt_name"]
