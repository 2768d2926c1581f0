"""The check-in: what it asks and confirms, questions in the middle, ways out, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.check_in import QUESTIONS, in_a_sentence
from bot.vocabulary import load_vocabulary
from tests.actions.conftest import Person
from tests.actions.stub_handoff import StubHandoff

Say = Callable[..., Any]
RESPONSES = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text("utf-8"))["responses"]
NOTES = "/internal/check-in/answers"


def noted(stub: StubHandoff) -> list[tuple[str, str]]:
    return [(body["question"], body["text"]) for body in stub.asked(NOTES)]


async def test_asks_four_questions_and_thanks(check_in: Say, person: Person, stub: StubHandoff) -> None:
    asked = [await check_in(text) for text in ("check in", "At college", "september", "A job", "Nothing")]
    assert asked == [
        ["check_in_start", "prompt_doing"],
        ["prompt_since"],
        ["prompt_wants"],
        ["prompt_in_the_way"],
        ["check_in_done_no_adviser", "check_in_help"],
    ]
    assert person.heard[-1]["help"] == "job-search"
    assert noted(stub) == [
        ("doing", "At college"),
        ("since", "september"),
        ("wants", "A job"),
        ("in_the_way", "Nothing"),
    ]
    assert person.slots == {"check_in": None, "requested_slot": None}


async def test_who_turns_out_to_be_neet_hears_it_once_and_in_the_end_by_when(
    check_in: Say, person: Person
) -> None:
    await check_in("check in")
    assert await check_in("Nothing") == ["check_in_passed", "prompt_since"]
    assert await check_in("since june") == ["prompt_wants"]
    assert await check_in("skip") == ["prompt_in_the_way"]
    assert await check_in("no") == ["check_in_done_first"]
    assert person.heard[-1]["when"] == "by 5pm on Wednesday"


async def test_heard_beside_a_skipped_question_they_hear_who_was_told(check_in: Say, person: Person) -> None:
    await check_in("check in")
    first = {"neet": {"heard": "now", "first": True, "when": "by 5pm on Wednesday"}}
    assert await check_in("bursary?", topic="bursary", context=first) == [
        "check_in_passed",
        "answer bursary",
        "prompt_doing",
    ]
    assert await check_in("leave it", "cancel_registration") == ["check_in_done_first"]


async def test_who_was_told_before_is_not_told_again(check_in: Say, stub: StubHandoff) -> None:
    stub.when, stub.knows = "by 5pm on Wednesday", True
    await check_in("check in")
    assert await check_in("Nothing") == ["prompt_since"]


async def test_who_was_passed_on_before_and_not_told_is_told(check_in: Say, stub: StubHandoff) -> None:
    stub.when = "by 5pm on Wednesday"
    await check_in("check in")
    assert await check_in("Nothing") == ["check_in_passed", "prompt_since"]


async def test_heard_in_the_message_that_starts_it_they_hear_who_was_told(
    check_in: Say, stub: StubHandoff
) -> None:
    stub.when = "by 5pm on Wednesday"
    first = {"neet": {"heard": "now", "first": True, "when": stub.when}}
    said = await check_in("left college, can we check in", "check_in", context=first)
    assert said == ["check_in_passed", "check_in_start", "prompt_doing"]
    assert await check_in("Nothing") == ["prompt_since"]


async def test_what_is_known_is_confirmed_and_not_asked(
    check_in: Say, person: Person, stub: StubHandoff
) -> None:
    stub.known = {"doing": "not studying or working at the moment", "since": "October 2026"}
    assert await check_in("check in") == ["check_in_start", "prompt_known"]
    assert person.heard[-1]["known"] == "you're not studying or working at the moment, since October 2026"
    assert await check_in("yeah", "affirm") == ["prompt_wants"]


async def test_a_no_to_what_is_known_asks_it_all(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "at school"}
    await check_in("check in")
    assert await check_in("no", "deny") == ["prompt_doing"]
    assert await check_in("At college") == ["prompt_since"]


async def test_a_no_with_words_in_it_is_the_first_answer(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "at school", "since": "May 2026"}
    await check_in("check in")
    assert await check_in("nah im at college now", "deny") == ["prompt_since"]
    assert noted(stub) == [("doing", "im at college now")]


async def test_a_time_puts_right_since_when_and_keeps_what_they_do(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "not studying or working at the moment", "since": "October 2026"}
    await check_in("check in")
    assert await check_in("no since august", "deny") == ["prompt_wants"]
    assert noted(stub) == [("since", "since august")]


async def test_a_time_is_since_when_though_none_was_known(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "at college"}
    await check_in("check in")
    assert await check_in("no since august", "deny") == ["prompt_wants"]
    assert noted(stub) == [("since", "since august")]


async def test_words_of_what_they_do_instead_are_the_first_answer(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "at school", "since": "May 2026"}
    await check_in("check in")
    assert await check_in("i work in tesco", "about_me") == ["prompt_since"]
    assert noted(stub) == [("doing", "i work in tesco")]


@pytest.mark.parametrize("text", ["asdfgh", "lol what", "banana", "5"])
async def test_nonsense_changes_nothing_of_what_is_known(check_in: Say, stub: StubHandoff, text: str) -> None:
    stub.known = {"doing": "at school", "since": "May 2026"}
    await check_in("check in")
    assert await check_in(text, "nonsense") == ["prompt_doing"]
    assert noted(stub) == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *(
            (text, "lost")
            for text in ("skip", "skip this one", "dunno", "idk", "not sure", "id rather not say")
        ),
        ("dunno tbh", "acknowledge"),
        ("idk really", "acknowledge"),
        ("i don’t know", "lost"),
        ("no clue", "lost"),
        ("not sure yet", "lost"),
    ],
)
async def test_any_question_can_be_skipped(check_in: Say, stub: StubHandoff, text: str, intent: str) -> None:
    await check_in("check in")
    assert await check_in(text, intent) == ["prompt_since"]
    assert noted(stub) == []


@pytest.mark.parametrize("text", ["leave it", "that's all", "forget it", "im done", "stop"])
async def test_it_can_be_left_at_any_time_and_what_was_said_is_kept(
    check_in: Say, person: Person, stub: StubHandoff, text: str
) -> None:
    await check_in("check in")
    await check_in("Nothing")
    assert await check_in(text) == ["check_in_done_first"]
    assert person.slots["requested_slot"] is None
    assert noted(stub) == [("doing", "Nothing")]


async def test_a_question_in_the_middle_is_answered_and_the_check_in_goes_on(check_in: Say) -> None:
    await check_in("check in")
    said = await check_in("what is the bursary?", "faq", topic="bursary")
    assert said == ["answer bursary", "prompt_doing"]
    assert await check_in("can i wear jeans?") == ["not_in_form", "prompt_doing"]
    assert await check_in("thanks", "thanks") == ["prompt_doing"]


async def test_a_question_before_the_confirming_asks_for_it_again(check_in: Say, stub: StubHandoff) -> None:
    stub.known = {"doing": "at school"}
    await check_in("check in")
    said = await check_in("what is the bursary?", "faq", topic="bursary")
    assert said == ["answer bursary", "prompt_known"]


async def test_when_i_left_is_a_time_and_no_question(check_in: Say, stub: StubHandoff) -> None:
    await check_in("check in")
    await check_in("Nothing")
    assert await check_in("when i finished year 11", "faq", topic="results-day") == ["prompt_wants"]


async def test_a_person_in_the_middle_is_asked_for_and_the_check_in_goes_on(check_in: Say) -> None:
    await check_in("check in")
    said = await check_in("can i talk to someone", "talk_to_person")
    assert said == ["answer talk-to-person", "person_requested", "prompt_doing"]


async def test_who_would_like_to_talk_gets_an_adviser_at_the_end(check_in: Say, stub: StubHandoff) -> None:
    for text in ("check in", "At college", "may", "To talk it over"):
        await check_in(text, "talk_to_person" if "talk" in text else "lost")
    assert await check_in("Money") == ["answer talk-to-person", "person_requested"]
    assert noted(stub)[2] == ("wants", "To talk it over")


async def test_no_thanks_to_the_adviser_ends_it_and_is_recorded(check_in: Say, stub: StubHandoff) -> None:
    stub.has_neet_case = True
    await check_in("check in")
    await check_in("Nothing")
    assert await check_in("no thanks", "deny") == ["adviser_declined"]
    assert len(stub.asked("/internal/neet/no")) == 1


async def test_no_thanks_with_nobody_told_is_only_an_answer(check_in: Say, stub: StubHandoff) -> None:
    for text in ("check in", "At college", "may", "A job"):
        await check_in(text)
    assert (await check_in("no thanks", "deny"))[0] == "check_in_done_no_adviser"
    assert stub.asked("/internal/neet/no") == []


async def test_an_odd_answer_is_kept_as_it_is(check_in: Say, stub: StubHandoff) -> None:
    await check_in("check in")
    assert await check_in("{known} <b>\U0001f600 ' OR 1=1", "nonsense") == ["prompt_since"]
    assert noted(stub) == [("doing", "{known} <b>\U0001f600 ' OR 1=1")]


async def test_rasa_keeps_no_answer(check_in: Say, person: Person) -> None:
    for text in ("check in", "im caring for my mum", "since my nan died", "a quiet job"):
        await check_in(text)
    assert "mum" not in str(person.slots) and "nan" not in str(person.slots)


def test_what_is_known_reads_as_a_sentence() -> None:
    known = {"doing": "at college", "since": "May 2026", "wants": "a job", "in_the_way": "money and travel"}
    assert (
        in_a_sentence(known)
        == "you're at college, since May 2026, you'd like a job, in the way: money and travel"
    )


@pytest.mark.parametrize("question", ["known", *QUESTIONS])
def test_each_question_with_its_choices_fits_one_text(question: str) -> None:
    [response] = RESPONSES[f"utter_prompt_{question}"]
    custom = response["custom"]
    text = custom["text"].format(known="you're at an apprenticeship, since September 2026, you'd like a job")
    lines = [
        text,
        *(f"{place} {choice['text']}" for place, choice in enumerate(custom.get("choices", ()), 1)),
    ]
    assert len("\n".join(lines)) <= 160
    assert "\n".join(lines).isascii()


def test_every_choice_that_carries_a_level_is_offered_somewhere() -> None:
    offered = {
        choice["text"]
        for responses in RESPONSES.values()
        for response in responses
        for choice in response.get("custom", {}).get("choices") or ()
        if isinstance(choice, dict)
    }
    assert [one.label for one in load_vocabulary().choices.values() if one.label not in offered] == []


@pytest.mark.parametrize(
    "answers", [[], ["Nothing"], ["Nothing", "since june"], ["Nothing", "june", "a job"]]
)
@pytest.mark.parametrize(
    ("text", "intent", "purpose"),
    [
        ("dont tell the jobcentre", "lost", "jobcentre"),
        ("i take back my permission", "take_back_permission", "jobcentre"),
        ("don't tell my college", "lost", "others"),
    ],
)
async def test_a_permission_taken_back_in_the_middle_is_done_and_the_same_question_comes_again(
    check_in: Say, stub: StubHandoff, answers: list[str], text: str, intent: str, purpose: str
) -> None:
    asked = await check_in("check in")
    for answer in answers:
        asked = await check_in(answer)
    kept = len(stub.asked("/internal/check-in/answers"))
    assert await check_in(text, intent) == ["permission_taken_back", asked[-1]]
    assert [one["purpose"] for one in stub.asked("/internal/registrations/permissions")] == [purpose]
    assert len(stub.asked("/internal/check-in/answers")) == kept


async def test_where_nobody_registered_an_adviser_is_asked_and_the_check_in_goes_on(
    check_in: Say, stub: StubHandoff
) -> None:
    stub.registered_here = False
    await check_in("check in")
    assert await check_in("dont tell dwp") == ["no_registration_here", "prompt_doing"]
    assert len(stub.asked("/internal/cases")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "the jobcentre dont tell me anything about uc",
        "im not in college, they never contact me about college",
    ],
)
async def test_what_others_do_not_tell_them_takes_no_permission_back(
    check_in: Say, stub: StubHandoff, text: str
) -> None:
    await check_in("check in")
    await check_in(text)
    assert stub.asked("/internal/registrations/permissions") == []
    assert [one["text"] for one in stub.asked("/internal/check-in/answers")] == [text]


async def test_what_is_known_is_confirmed_again_after_a_permission_taken_back(
    check_in: Say, stub: StubHandoff
) -> None:
    stub.known = {"doing": "at college"}
    await check_in("check in")
    assert await check_in("dont tell the jobcentre") == ["permission_taken_back", "prompt_known"]
