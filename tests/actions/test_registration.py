"""The registration form: what it asks, takes, corrects, answers in the middle, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.handoff_client import HandoffRefused, HandoffUnreachable, handoff
from tests.actions.conftest import CONVERSATION, Person
from tests.actions.stub_handoff import StubHandoff

Say = Callable[..., Any]
ANSWERS = [
    *("Sam Jones", "3 feb 2010", "sw2 1rw", "07700 900123", "Nothing right now", "since july", "no"),
    *("no support from my parents", "ye", "no"),
]
PROMPTS = [
    *("name", "date_of_birth", "postcode", "contact", "activity", "since", "care_status"),
    *("ground", "jobcentre_permission", "others_permission"),
]


@pytest.fixture
async def read_back(register: Say) -> Say:
    """A registration with every question answered, at the read-back."""
    await register("register me", "register_for_benefits")
    for text in ANSWERS:
        await register(text)
    return register


async def test_asks_each_question_once_then_reads_back(register: Say, person: Person) -> None:
    asked = [await register("register me", "register_for_benefits")]
    asked += [await register(text) for text in ANSWERS]
    own = [["prompt ground?"] if name == "ground" else [f"prompt_{name}"] for name in PROMPTS]
    assert asked == [*own, ["read_back", "prompt_confirmed"]]
    assert len(asked) <= 12
    assert person.heard[0]["name_shown"] == "Sam Jones"


async def test_what_is_asked_beside_registering_is_answered_before_the_first_question(register: Say) -> None:
    said = await register("register me, and what is the bursary", "register_for_benefits", also="bursary")
    assert said == ["answer bursary", "prompt_name"]


async def test_heard_to_be_neet_while_registering_they_hear_who_was_told(register: Say) -> None:
    first = {"neet": {"heard": "now", "first": True, "when": "by 5pm on Wednesday"}}
    said = await register("left college, register me", "register_for_benefits", context=first)
    assert said == ["check_in_passed", "prompt_name"]


HEARD_NOW = {"context": {"neet": {"heard": "now", "first": True, "when": "by 5pm on Wednesday"}}}


async def test_heard_to_be_neet_in_an_answer_they_hear_who_was_told_when_the_form_ends(
    register: Say, person: Person, stub: StubHandoff
) -> None:
    await register("register me", "register_for_benefits")
    for text in ANSWERS[:4]:
        await register(text)
    stub.when = "by 5pm on Friday"
    assert await register("Nothing", **HEARD_NOW) == ["prompt_since"]
    for text in ANSWERS[5:]:
        await register(text)
    said = await register("yes", "affirm")
    assert said == ["registered", "confirmation_link", "neet_passed"]
    assert person.heard[-1]["when"] == "by 5pm on Friday"
    assert person.slots["registration"] is None


async def test_heard_to_be_neet_in_a_form_that_is_left_they_hear_who_was_told(
    register: Say, stub: StubHandoff
) -> None:
    await register("register me", "register_for_benefits")
    stub.when = "by 5pm on Friday"
    await register("sam jones, left college btw", **HEARD_NOW)
    await register("leave it", "cancel_registration")
    assert (await register("delete it", "deny"))[-1] == "neet_passed"


@pytest.mark.parametrize(("when", "knows"), [(None, False), ("by 5pm on Friday", True)])
async def test_who_has_said_no_or_was_told_meanwhile_is_not_told_when_the_form_ends(
    register: Say, stub: StubHandoff, when: str | None, knows: bool
) -> None:
    await register("register me", "register_for_benefits")
    await register("sam jones, left college btw", **HEARD_NOW)
    stub.when, stub.knows = when, knows
    await register("leave it", "cancel_registration")
    assert "neet_passed" not in await register("delete it", "deny")


async def test_what_is_known_is_not_asked_but_shown_to_be_corrected(
    register: Say, person: Person, stub: StubHandoff
) -> None:
    stub.known_answers = {"contact": "07700 900111", "activity": "At college"}
    asked = [await register("im at college, register me", "register_for_benefits")]
    asked += [await register(text) for text in (*ANSWERS[:3], *ANSWERS[5:])]
    assert ["prompt_activity"] not in asked and ["prompt_contact"] not in asked
    assert asked[-1] == ["read_back", "prompt_confirmed"]
    assert person.heard[0]["activity_shown"] == "At college"
    assert await register("change what im doing") == ["prompt_activity"]
    assert await register("Nothing right now") == ["read_back", "prompt_confirmed"]
    assert person.heard[0]["activity_shown"] == "Nothing right now"


async def test_gives_the_reference_only_after_a_yes(
    read_back: Say, person: Person, stub: StubHandoff
) -> None:
    assert stub.asked("/internal/registrations") == []
    assert await read_back("yes", "affirm") == ["registered", "confirmation_link"]
    assert person.heard[0]["reference"] == "WAY-7K4M2P"
    assert person.slots["requested_slot"] is None
    assert person.slots["registration"] is None


async def test_who_registered_before_from_elsewhere_gets_no_link_but_hears_that_an_adviser_checks(
    read_back: Say, stub: StubHandoff
) -> None:
    stub.registered_elsewhere = True
    assert await read_back("yes", "affirm") == ["registered", "registered_to_check"]


@pytest.mark.parametrize(
    "text", ["looks good", "everything is right", "no its fine", "cool", "all correct thanks"]
)
async def test_any_word_for_all_right_finishes(read_back: Say, text: str) -> None:
    assert (await read_back(text))[0] == "registered"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thats wrong", ["prompt_change"]),
        ("not quite", ["prompt_change"]),
        ("i moved, its NW1 8NH", ["changed", "read_back", "prompt_confirmed"]),
        ("yes but change the number", ["prompt_contact"]),
    ],
)
async def test_any_word_for_wrong_puts_it_right_first(
    read_back: Say, stub: StubHandoff, text: str, said: list[str]
) -> None:
    assert await read_back(text) == said
    assert stub.asked("/internal/registrations") == []


async def test_keeps_no_answer_in_rasa(read_back: Say, person: Person) -> None:
    assert person.slots["requested_slot"] == "confirmed"
    assert person.slots["registration"] == {
        "given": tuple(PROMPTS),
        "misses": 0,
        "code": None,
        "untold": None,
        "elsewhere": None,
        "corrected": False,
    }


async def test_every_call_carries_conversation_and_message_id(read_back: Say, stub: StubHandoff) -> None:
    posted = stub.asked("/internal/registrations/answers")
    assert {body["conversation"] for body in posted} == {CONVERSATION}
    assert len({body["message_id"] for body in posted}) == len(posted) == len(ANSWERS)


async def test_a_wrong_answer_is_asked_again_in_one_message(register: Say) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register("dunno") == ["problem_not_a_date"]
    assert await register("still dunno") == ["problem_not_a_date"]
    assert await register("dunno man") == ["stuck", "problem_not_a_date"]
    assert await register("3 feb 2010") == ["prompt_postcode"]


async def test_a_no_at_the_read_back_asks_what_to_change(read_back: Say, stub: StubHandoff) -> None:
    assert await read_back("No, change something", "deny") == ["prompt_change"]
    assert await read_back("Contact") == ["prompt_contact"]
    assert await read_back("07700 900999") == ["read_back", "prompt_confirmed"]
    assert stub.drafts[CONVERSATION]["contact"] == "07700 900999"


SLIPS = ["no, 2001", "no its CR0 1AA"]


@pytest.mark.parametrize("slip", SLIPS)
async def test_a_slip_in_a_correction_deletes_nothing_before_a_yes(
    read_back: Say, stub: StubHandoff, slip: str
) -> None:
    before = dict(stub.drafts[CONVERSATION])
    [asked] = await read_back(slip, "correct")
    assert asked == ("prompt_doubted_council" if "CR0" in slip else "prompt_doubted")
    assert await read_back("hmm") == [asked]
    assert await read_back("No, keep it as it was") == ["as_before", "read_back", "prompt_confirmed"]
    assert stub.drafts[CONVERSATION] == before


async def test_a_doubted_correction_may_be_corrected_in_turn(read_back: Say, stub: StubHandoff) -> None:
    assert await read_back("no, 2001", "correct") == ["prompt_doubted"]
    assert await read_back("no, 2010") == ["changed", "read_back", "prompt_confirmed"]
    assert stub.drafts[CONVERSATION]["date_of_birth"].endswith("2010")


async def test_a_correction_that_is_right_sends_them_where_they_can_register(
    read_back: Say, person: Person, stub: StubHandoff
) -> None:
    await read_back("change my postcode")
    assert await read_back("CR0 1AA") == ["prompt_doubted_council"]
    assert await read_back("Yes, it's right") == ["answer signpost-other-area"]
    assert person.heard[-1]["custom"]["council"] == "Croydon council"
    assert stub.drafts == {}


async def test_a_yes_with_a_but_is_not_a_yes(read_back: Say, stub: StubHandoff) -> None:
    assert await read_back("yes but the postcode is wrong") == ["prompt_postcode"]
    assert stub.asked("/internal/registrations") == []


async def test_a_question_in_the_middle_is_answered_and_the_prompt_comes_again(register: Say) -> None:
    await register("register me")
    ranking = [{"topic": "bursary", "confidence": 0.5}]
    assert await register("can i get a bursary", topic_ranking=ranking) == ["answer bursary", "prompt_name"]
    assert await register("why do you need my name") == ["answer confidentiality", "prompt_name"]
    assert await register("what is the moon made of?") == ["not_in_form", "prompt_name"]


async def test_a_tapped_topic_is_a_question(register: Say) -> None:
    await register("register me")
    tapped = {"topic": "free-meals", "context": {"choice": {"answer": "free-meals"}}}
    assert await register("Free meals", "faq", **tapped) == ["answer free-meals", "prompt_name"]


@pytest.mark.parametrize(
    "text",
    ["stop", "forget it", "cancel registration", "i dont want to do this anymore", "delete everything"],
)
async def test_leaving_is_confirmed_then_deletes_the_draft(
    register: Say, person: Person, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    await register("Sam Jones")
    assert await register(text) == ["prompt_leaving"]
    assert await register("yes", "affirm") == ["left"]
    assert stub.drafts == {}
    assert person.slots["requested_slot"] is None


async def test_a_question_where_deleting_is_asked_is_answered_and_deleting_asked_again(
    register: Say, stub: StubHandoff
) -> None:
    await register("register me")
    await register("Sam Jones")
    await register("forget it")
    said = await register("what is a btec", "faq", topic="fe-college")
    assert said == ["answer fe-college", "prompt_leaving"]
    assert await register("can i delete it all?", "delete_my_data") == ["left"]
    assert stub.drafts == {}


async def test_staying_carries_on_where_it_was(register: Say) -> None:
    await register("register me")
    await register("Sam Jones")
    await register("forget it")
    assert await register("no", "deny") == ["carry_on", "prompt_date_of_birth"]


@pytest.mark.parametrize(
    "text",
    [
        "delete everything",
        "delete it",
        "please delete",
        "delete",
        "get rid",
        "get rid of it",
        "cancel it",
        "yh delete it",
    ],
)
async def test_asked_whether_to_delete_any_word_for_it_deletes(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    await register("Sam Jones")
    await register("forget it")
    assert await register(text) == ["left"]
    assert stub.drafts == {}


@pytest.mark.parametrize("text", ["No, carry on", "dont delete it", "no dont", "no don't delete", "nah"])
async def test_asked_whether_to_delete_a_keep_deletes_nothing(
    register: Say, stub: StubHandoff, text: str
) -> None:
    await register("register me")
    await register("Sam Jones")
    await register("forget it")
    assert await register(text, "cancel_registration") == ["carry_on", "prompt_date_of_birth"]
    assert stub.drafts[CONVERSATION] == {"name": "Sam Jones"}


async def test_asked_for_the_reference_too_early_it_says_so_and_reads_back_again(
    read_back: Say, stub: StubHandoff
) -> None:
    assert await read_back("whats my reference number") == [
        "no_reference_yet",
        "read_back",
        "prompt_confirmed",
    ]
    assert stub.asked("/internal/registrations") == []


async def test_an_answer_that_speaks_of_a_reference_is_an_answer(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    for answer in ANSWERS[:4]:
        await register(answer)
    assert await register("waiting for a reference from my old job") == ["prompt_since"]


async def test_an_earlier_draft_is_taken_up(register: Say, stub: StubHandoff) -> None:
    stub.drafts[CONVERSATION] = {"name": "Sam Jones", "date_of_birth": "3 February 2010"}
    assert await register("register me") == ["draft_kept", "prompt_postcode"]


async def test_a_draft_that_expired_meanwhile_is_asked_again(read_back: Say, stub: StubHandoff) -> None:
    del stub.drafts[CONVERSATION]["contact"]
    assert await read_back("yes", "affirm") == ["draft_kept", "prompt_contact"]


async def test_a_person_can_be_asked_for_in_the_middle(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    said = await register("talk to a person", "talk_to_person")
    assert said == ["answer talk-to-person", "person_requested", "prompt_name"]
    assert len(stub.asked("/internal/cases")) == 1


async def test_a_repeated_turn_changes_nothing_more(register: Say, person: Person, stub: StubHandoff) -> None:
    await register("register me")
    before = dict(person.slots)
    first = await register("Sam Jones", message_id="same")
    person.slots = before
    assert await register("Sam Jones", message_id="same") == first
    assert stub.drafts[CONVERSATION] == {"name": "Sam Jones"}


async def test_handoff_failing_fails_the_turn(register: Say, stub: StubHandoff) -> None:
    await register("register me")
    stub.broken = True
    with pytest.raises(HandoffRefused):
        await register("Sam Jones")


async def test_handoff_being_down_fails_the_turn(
    register: Say, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    await register("register me")
    await handoff().close()
    handoff.cache_clear()
    monkeypatch.setenv("INTERNAL_PORT", str(unused_tcp_port))
    with pytest.raises(HandoffUnreachable):
        await register("Sam Jones")
