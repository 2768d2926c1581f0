"""Answers of the registration form: taken, asked again, sent elsewhere, or a question after all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.actions.conftest import CONVERSATION, Person
from tests.actions.stub_handoff import StubHandoff

Say = Callable[..., Any]
ANSWERS = [
    *("Sam Jones", "3 feb 2010", "sw2 1rw", "07700 900123", "Nothing right now", "since july", "no"),
    *("no support from my parents", "ye", "no"),
]


@pytest.mark.parametrize("text", ["how do i register", "ok so how do i register", "wait, how do i register"])
@pytest.mark.parametrize("given", range(len(ANSWERS)))
async def test_asking_how_is_a_question_whatever_is_asked_just_then(
    register: Say, stub: StubHandoff, text: str, given: int
) -> None:
    await register("register me")
    for answer in ANSWERS[:given]:
        await register(answer)
    before = len(stub.asked("/internal/registrations/answers"))
    said = await register(text, "register_for_benefits", topic="register-for-benefits")
    assert said[0] == "answer register-for-benefits"
    assert len(stub.asked("/internal/registrations/answers")) == before


@pytest.mark.parametrize(
    "name", ["Will Smith", "Can Yilmaz", "Grace", "my name is Sam Jones", "im called Jo"]
)
async def test_names_that_look_like_questions_are_names(register: Say, name: str) -> None:
    await register("register me")
    assert await register(name) == ["prompt_date_of_birth"]


async def test_a_name_that_looks_like_nonsense_is_a_name(register: Say) -> None:
    await register("register me")
    assert await register("Maya Okafor", "nonsense") == ["prompt_date_of_birth"]


async def test_a_greeting_is_not_a_name(register: Say) -> None:
    await register("register me")
    assert await register("hiya", "greet") == ["prompt_name"]


@pytest.mark.parametrize(
    "text", ["no phone", "i dont have a phone", "i havent got a phone", "none", "i have no number"]
)
async def test_someone_without_a_phone_is_told_what_they_can_do(register: Say, text: str) -> None:
    await register("register me")
    for answer in ANSWERS[:3]:
        await register(answer)
    assert await register(text) == ["no_phone"]
    assert await register("07700 900123") == ["prompt_activity"]


async def test_someone_outside_16_to_17_gets_the_signpost_and_nothing_is_kept(
    register: Say, person: Person, stub: StubHandoff
) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register("1 may 2001") == ["answer signpost-18-plus"]
    assert stub.drafts == {}
    assert person.slots["requested_slot"] is None


@pytest.mark.parametrize("text", ["CR0 1AA", "cr01aa"])
async def test_someone_who_lives_elsewhere_hears_which_council_to_ask(
    register: Say, person: Person, text: str
) -> None:
    await register("register me")
    for answer in ANSWERS[:2]:
        await register(answer)
    assert await register(text) == ["answer signpost-other-area"]
    assert person.heard[-1]["custom"]["council"] == "Croydon council"


async def test_a_postcode_in_no_list_asks_for_the_borough(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    for answer in ANSWERS[:2]:
        await register(answer)
    assert await register("SW2 9ZZ") == ["prompt borough?"]
    assert await register("Lambeth") == ["prompt_contact"]


async def test_a_postcode_nobody_can_read_goes_to_a_person_after_two_more_tries(
    register: Say, person: Person, stub: StubHandoff
) -> None:
    await register("register me")
    for answer in ANSWERS[:2]:
        await register(answer)
    assert await register("brixton") == ["problem_not_a_postcode"]
    assert await register("brixton hill") == ["problem_not_a_postcode"]
    assert await register("near the tube") == ["postcode_person"]
    assert person.slots["requested_slot"] is None
    assert stub.asked("/internal/cases")[0]["reason"] == "request"
    assert stub.drafts[CONVERSATION]["name"] == "Sam Jones"


async def test_an_age_that_contradicts_the_date_is_asked_about(register: Say, person: Person) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register("3 feb 2014") == ["problem_age_differs"]
    assert (person.heard[-1]["said"], person.heard[-1]["makes"]) == (17, 12)
    assert await register("3 feb 2009") == ["prompt_postcode"]


async def test_a_reason_that_nobody_understands_is_asked_once_more_and_then_taken(register: Say) -> None:
    await register("register me")
    for answer in ANSWERS[:7]:
        await register(answer)
    assert await register("because") == ["not_a_ground", "prompt ground?"]
    assert await register("because i said so") == ["prompt_jobcentre_permission"]


async def test_of_two_reasons_the_main_one_is_asked_for_with_the_choices(register: Say) -> None:
    await register("register me")
    for answer in ANSWERS[:7]:
        await register(answer)
    assert await register("im ill and homeless") == ["which_ground", "prompt ground?"]
    assert await register("No parents") == ["prompt_jobcentre_permission"]


TAKEN_BACK = [
    ("dont tell the jobcentre", "lost", ["jobcentre"]),
    ("please don't tell dwp about me", "lost", ["jobcentre"]),
    ("i don’t want the job centre to know", "lost", ["jobcentre"]),
    ("stop sharing my details with the jobcentre", "lost", ["jobcentre"]),
    ("i take back my permission", "lost", ["jobcentre"]),
    ("can you not tell the jobcentre anymore", "take_back_permission", ["jobcentre"]),
    ("dont tell my college about my registration", "lost", ["others"]),
    ("i dont want you to talk to my social worker", "lost", ["others"]),
    ("dont tell anyone", "take_back_permission", ["others", "jobcentre"]),
    ("yes but dont speak to my school", "lost", ["others"]),
    ("you can ring me and dont tell the jobcentre", "lost", ["jobcentre"]),
    ("can you not contact my college", "lost", ["others"]),
    ("i changed my mind. dont tell the jobcentre", "lost", ["jobcentre"]),
    ("that's it. please stop telling dwp", "lost", ["jobcentre"]),
]


@pytest.mark.parametrize(("text", "intent", "purposes"), TAKEN_BACK)
@pytest.mark.parametrize("answers", [0, 1, 4, 7])
async def test_a_permission_taken_back_is_a_no_at_any_time_and_the_question_comes_again(
    register: Say, stub: StubHandoff, text: str, intent: str, purposes: list[str], answers: int
) -> None:
    stub.registered_here = False
    await register("register me")
    asked = ["prompt_name"]
    for answer in ANSWERS[:answers]:
        asked = await register(answer)
    before = dict(stub.drafts[CONVERSATION])
    assert await register(text, intent) == ["changed"] * len(purposes) + asked[-1:]
    denied = {f"{purpose}_permission": "no" for purpose in purposes}
    assert stub.drafts[CONVERSATION] == before | denied


async def test_taken_back_where_it_is_asked_for_it_is_the_answer(register: Say, stub: StubHandoff) -> None:
    stub.registered_here = False
    await register("register me")
    for answer in ANSWERS[:8]:
        await register(answer)
    assert await register("stop telling the jobcentre") == ["prompt_others_permission"]
    assert stub.drafts[CONVERSATION]["jobcentre_permission"] == "no"


async def test_what_was_registered_here_before_is_taken_back_too(register: Say, stub: StubHandoff) -> None:
    stub.told_before = True
    await register("register me")
    said = await register("dont tell the jobcentre")
    assert said == ["permission_taken_back_after", "changed", "prompt_name"]


async def test_asked_whether_to_delete_it_all_a_permission_taken_back_is_no_answer(
    register: Say, stub: StubHandoff
) -> None:
    stub.registered_here = False
    await register("register me")
    await register("Sam Jones")
    assert await register("stop") == ["prompt_leaving"]
    assert await register("dont tell the jobcentre") == ["changed", "prompt_leaving"]


@pytest.mark.parametrize(
    "text",
    ["i dont talk to my teachers or school", "nothing, i never go to college", "no contact with my school",
     "the jobcentre dont tell me anything about uc", "im not in college, they never contact me about college",
     "left college, dont speak to my tutor now", "they dont share anything with my school",
     "dont tell me to go to college", "college dont contact me about school, they stop telling people",
     "nothing, dont tell my mum i left college", "i dont want you to tell me about college"],
)  # fmt: skip
async def test_not_talking_to_somebody_is_an_answer_like_any(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    for answer in ANSWERS[:4]:
        await register(answer)
    assert await register(text) == ["prompt_since"]
    assert stub.drafts[CONVERSATION]["activity"] == text


async def test_words_in_another_language_that_are_no_answer_get_the_offer_in_it(register: Say) -> None:
    await register("register me", "register_for_benefits")
    await register("Sam Jones")
    polish = {"language": "pl", "foreign": True}
    assert await register("nie rozumiem", context=polish) == ["other_language", "prompt_date_of_birth"]


async def test_a_name_in_letters_of_another_language_is_a_name(register: Say) -> None:
    await register("register me", "register_for_benefits")
    ukrainian = {"language": "uk", "foreign": True}
    assert await register("Олена Шевченко", context=ukrainian) == ["prompt_date_of_birth"]


@pytest.mark.parametrize(
    "text",
    [
        "text me on 07700 900777 any time after 3",
        "ring my social worker jane on 020 7946 0200",
        "call my nan",
    ],
)
async def test_how_to_be_reached_is_an_answer_even_where_it_sounds_like_asking_for_a_person(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    for answer in ANSWERS[:3]:
        await register(answer)
    await register(text, "talk_to_person")
    assert stub.asked("/internal/cases") == []


async def test_a_person_asked_for_where_a_contact_is_asked_for_is_got(
    register: Say, stub: StubHandoff
) -> None:
    await register("register me")
    for answer in ANSWERS[:3]:
        await register(answer)
    await register("can i talk to someone first", "talk_to_person")
    assert stub.asked("/internal/cases")[0]["reason"] == "request"
