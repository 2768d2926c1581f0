"""What would cost somebody every answer is read back first; and a form that is over says so."""

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
