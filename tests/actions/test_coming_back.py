"""Leaving a registration for later and coming back to it, and a permission taken back in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.permission import ActionTakeBackPermission
from tests.actions.conftest import CONVERSATION, Person
from tests.actions.stub_handoff import BIRTHDAY, CODE, StubHandoff

Say = Callable[..., Any]
SAVED = {"name": "Sam Jones", "date_of_birth": BIRTHDAY, "postcode": "SW2 1RW"}


@pytest.fixture
async def begun(register: Say) -> Say:
    """A registration with name and date of birth given."""
    await register("register me", "register_for_benefits")
    for text in ("Sam Jones", BIRTHDAY):
        await register(text)
    return register


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("save it", "lost"),
        ("can i finish this later", "lost"),
        ("gtg", "lost"),
        ("brb", "lost"),
        ("not now", "lost"),
        ("i'll come back later", "lost"),
        ("bye", "goodbye"),
        ("got to go sorry", "lost"),
        ("ill do it tomorrow", "lost"),
    ],
)
async def test_leaving_for_later_gives_a_code_and_keeps_what_was_said(
    begun: Say, person: Person, stub: StubHandoff, text: str, intent: str
) -> None:
    assert await begun(text, intent) == ["saved"]
    assert person.heard[-1]["code"] == CODE
    assert person.slots["requested_slot"] is None and stub.drafts[CONVERSATION]["name"] == "Sam Jones"


@pytest.mark.parametrize("text", ["Keep it for later", "no keep it", "yes keep it", "save it"])
async def test_who_is_asked_about_deleting_may_keep_it_for_later(
    begun: Say, stub: StubHandoff, text: str
) -> None:
    await begun("forget it")
    assert await begun(text) == ["saved"]
    assert stub.drafts[CONVERSATION]["name"] == "Sam Jones"


async def test_without_a_date_of_birth_it_is_asked_for_once(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register("save it") == ["prompt_save_birthday"]
    assert await register(BIRTHDAY) == ["saved"]


async def test_who_does_not_give_it_leaves_all_the_same(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    await register("Sam Jones")
    await register("save it")
    assert await register("bye", "goodbye") == ["kept_here"]


async def test_with_nothing_said_there_is_nothing_to_keep(register: Say) -> None:
    await register("register me")
    assert await register("later") == ["nothing_to_save"]


@pytest.mark.parametrize(
    ("text", "intent"), [("i have a come back code", "come_back"), ("maple-48271", "come_back")]
)
async def test_a_code_and_the_date_of_birth_go_on_where_they_stopped(
    register: Say, stub: StubHandoff, person: Person, text: str, intent: str
) -> None:
    stub.saved = SAVED
    said = await register(text, intent)
    if said == ["prompt_code"]:
        said = await register(CODE)
    assert said == ["prompt_code_birthday"]
    assert await register(BIRTHDAY) == ["came_back", "prompt_contact"]
    assert person.heard[0]["remaining"].startswith("how to reach you, what you're doing")
    assert not any(words in str(person.heard) for words in SAVED.values())


async def test_what_was_given_elsewhere_is_not_read_back(
    register: Say, stub: StubHandoff, person: Person
) -> None:
    stub.saved = SAVED
    for text in ("i have a come back code", CODE, BIRTHDAY):
        await register(text, "come_back")
    for text in ("07700 900123", "Nothing right now", "july", "no", "no support from my parents", "ye", "no"):
        await register(text)
    assert person.heard[0]["name_shown"] == "(kept from before)"
    assert not any(words in str(person.heard) for words in SAVED.values())


async def test_a_code_may_be_named_inside_a_form_just_opened(register: Say, stub: StubHandoff) -> None:
    stub.saved = SAVED
    await register("register me", "register_for_benefits")
    assert await register("ive got a code") == ["prompt_code"]
    assert await register("Maple 48271") == ["prompt_code_birthday"]


async def test_a_wrong_code_and_a_wrong_date_are_told_the_same(register: Say, stub: StubHandoff) -> None:
    stub.saved = SAVED
    await register("my code is maple-48271", "come_back")
    wrong_date = await register("4 feb 2010")
    await register("otter-11111")
    assert await register(BIRTHDAY) == wrong_date == ["come_back_wrong"]


async def test_after_five_tries_a_person_helps(register: Say, person: Person, stub: StubHandoff) -> None:
    stub.tries_left = 2
    await register("my code is otter-11111", "come_back")
    await register(BIRTHDAY)
    await register("otter-11112")
    assert await register(BIRTHDAY) == ["come_back_person"]
    assert stub.asked("/internal/cases")[0]["reason"] == "request"
    assert person.slots["requested_slot"] is None


async def test_a_date_that_is_none_is_asked_again_and_costs_no_try(register: Say, stub: StubHandoff) -> None:
    await register("my code is maple-48271", "come_back")
    assert await register("idk") == ["problem_not_a_date"]
    assert stub.tries_left == 5


@pytest.mark.parametrize("text", ["Start a new registration", "i lost it", "dont have it"])
async def test_without_the_code_one_starts_anew(register: Say, text: str) -> None:
    await register("i have a come back code", "come_back")
    assert await register(text) == ["prompt_name"]


@pytest.mark.parametrize(
    ("text", "purposes"),
    [
        ("dont tell the jobcentre", ["jobcentre"]),
        ("i take my permission back", ["jobcentre"]),
        ("dont talk to my college about it", ["others"]),
        ("dont tell anyone", ["others", "jobcentre"]),
    ],
)
async def test_a_permission_is_taken_back_in_plain_words(
    person: Person, stub: StubHandoff, text: str, purposes: list[str]
) -> None:
    said = await person.says(ActionTakeBackPermission(), text, "take_back_permission")
    assert said == ["permission_taken_back"]
    asked = [body["purpose"] for body in stub.asked("/internal/registrations/permissions")]
    assert asked == purposes[: len(asked)] and asked


async def test_what_was_told_already_is_said_so(person: Person, stub: StubHandoff) -> None:
    stub.told_before = True
    said = await person.says(ActionTakeBackPermission(), "dont tell dwp", "take_back_permission")
    assert said == ["permission_taken_back_after"]


async def test_with_no_registration_here_a_person_sorts_it(person: Person, stub: StubHandoff) -> None:
    stub.registered_here = False
    said = await person.says(ActionTakeBackPermission(), "dont tell dwp", "take_back_permission")
    assert said == ["no_registration_here"]
    assert stub.asked("/internal/cases")[0]["reason"] == "request"
