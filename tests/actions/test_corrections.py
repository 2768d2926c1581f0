"""An answer given before is put right at any time of the registration, and only where that is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.conftest import CONVERSATION
from tests.actions.stub_handoff import StubHandoff
from tests.actions.test_registration import ANSWERS

Say = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "field", "sent"),
    [
        ("no my birthday is 3rd feb 2009", "date_of_birth", "3rd feb 2009"),
        ("no, 2009", "date_of_birth", "3 feb 2009"),
        ("sorry i meant 4 march 2009", "date_of_birth", "4 march 2009"),
        ("actually my name is Ana Silva", "name", "Ana Silva"),
        ("my name is spelt wrong its Ana Silva", "name", "Ana Silva"),
        ("my name’s spelled wrong it’s Ana Silva", "name", "Ana Silva"),
        ("my postcode is wrong it should be NW1 2DB", "postcode", "NW1 2DB"),
        ("change my postcode to NW1 2DB", "postcode", "NW1 2DB"),
        ("no its NW1 2DB", "postcode", "NW1 2DB"),
        ("nw1 2db", "postcode", "nw1 2db"),
        ("4 march 2009", "date_of_birth", "4 march 2009"),
    ],
)
async def test_an_earlier_answer_can_be_corrected_at_any_time(
    register: Say, stub: StubHandoff, text: str, field: str, sent: str
) -> None:
    await register("register me")
    for answer in ANSWERS[:3]:
        await register(answer)
    assert await register(text, "correct") == ["changed", "prompt_contact"]
    assert stub.drafts[CONVERSATION][field] == sent


@pytest.mark.parametrize("text", ["no its Sam James", "no it’s Sam James", "sorry i meant Ana O'Hara"])
async def test_a_name_put_right_where_the_date_is_asked_for(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register(text) == ["changed", "prompt_date_of_birth"]
    assert stub.drafts[CONVERSATION]["name"].startswith(("Sam James", "Ana O"))


@pytest.mark.parametrize("text", ["no its private", "no idea", "no its my mums house", "no i dont know it"])
async def test_what_is_no_name_where_the_date_is_asked_for_changes_none(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register(text) == ["problem_not_a_date"]
    assert stub.drafts[CONVERSATION]["name"] == "Sam Jones"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("change my postcode", "prompt_postcode"),
        ("my name is spelt wrong", "prompt_name"),
        ("i got my name wrong", "prompt_name"),
        ("the date of birth is wrong", "prompt_date_of_birth"),
    ],
)
async def test_a_correction_without_the_new_answer_is_asked_for(register: Say, text: str, asked: str) -> None:
    await register("register me")
    for answer in ANSWERS[:3]:
        await register(answer)
    assert await register(text, "correct") == [asked]
