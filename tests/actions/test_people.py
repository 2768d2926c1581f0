"""Asking for a person, being heard as out of learning or near it, and saying no to an adviser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from actions.neet import ActionNeet
from actions.person_request import ActionNoAdviser, ActionRequestPerson, ActionYes
from tests.actions.conftest import Person
from tests.actions.stub_handoff import StubHandoff

ROOT = Path(__file__).parents[2]


async def test_a_person_asked_for_opens_one_case_and_says_when(person: Person, stub: StubHandoff) -> None:
    said = await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    assert said == ["answer talk-to-person", "person_requested"]
    assert person.heard[-1]["when"] == "by 2.30pm today"
    assert [body["reason"] for body in stub.asked("/internal/cases")] == ["request"]


async def test_asked_again_they_keep_their_place(person: Person, stub: StubHandoff) -> None:
    await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    again = await person.says(ActionRequestPerson(), "hello??", "talk_to_person")
    assert again == ["answer talk-to-person", "person_waiting"]


async def test_what_is_asked_beside_a_person_is_answered_too(person: Person, stub: StubHandoff) -> None:
    said = await person.says(ActionRequestPerson(), "a human? and my cv", "talk_to_person", also="cv")
    assert said == ["answer cv", "answer talk-to-person", "person_requested"]


async def test_asked_for_in_another_language_it_is_said_in_that_language(
    person: Person, stub: StubHandoff
) -> None:
    polish = {"language": "pl", "foreign": False}
    said = await person.says(ActionRequestPerson(), "Porozmawiaj z doradcą", "talk_to_person", context=polish)
    assert said == ["answer talk-to-person", "person_requested_interpreter"]
    assert person.heard[-1]["when"] == "by 2.30pm today"
    again = await person.says(ActionRequestPerson(), "doradca prosze", "talk_to_person", context=polish)
    assert again == ["answer talk-to-person", "other_language_waiting"]
    assert await person.says(ActionNoAdviser(), "nie no", "deny") == ["adviser_declined"]


async def test_out_of_hours_it_says_when_we_open(person: Person, stub: StubHandoff) -> None:
    stub.in_hours = False
    await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    assert person.heard[-1]["when"] == "after we open at 9am on Monday"


FIRST = {"context": {"neet": {"heard": "now", "first": True, "when": "by 5pm on Wednesday"}}}
AGAIN = {"context": {"neet": {"heard": "now", "first": False, "when": "by 5pm on Wednesday"}}}
SAID_NO = {"context": {"neet": {"heard": "now", "said_no": True}}}
OFFER = {"context": {"neet": {"heard": "now", "offer": True}}}
AT_RISK = {"context": {"neet": {"heard": "at_risk", "first": True, "when": "by 5pm on Wednesday"}}}


async def test_who_is_heard_to_be_neet_hears_who_was_told_and_how_to_say_no(
    person: Person, stub: StubHandoff
) -> None:
    stub.has_neet_case = True
    assert await person.says(ActionNeet(), "im neet", "neet", **FIRST) == ["neet_passed"]
    assert person.heard[-1]["when"] == "by 5pm on Wednesday"
    assert await person.says(ActionNoAdviser(), "no adviser", "no_adviser") == ["adviser_declined"]
    assert len(stub.asked("/internal/neet/no")) == 1
    assert stub.asked("/internal/cases") == []


async def test_a_question_beside_it_is_answered_first(person: Person, stub: StubHandoff) -> None:
    text = "left college, is there a bursary?"
    assert await person.says(ActionNeet(), text, "neet", topic="bursary", **FIRST) == [
        "answer bursary",
        "neet_passed",
    ]
    ranking = [{"topic": "travel", "confidence": 0.15}]
    assert await person.says(ActionNeet(), text, "neet", topic_ranking=ranking, **FIRST) == [
        "answer travel",
        "neet_passed",
    ]


async def test_both_of_two_questions_are_answered_first(person: Person, stub: StubHandoff) -> None:
    said = await person.says(ActionNeet(), "left college. a? b?", "neet", topic="cv", also="travel", **FIRST)
    assert said == ["answer cv", "also", "neet_passed"]


async def test_without_a_question_nothing_is_answered(person: Person, stub: StubHandoff) -> None:
    ranking = [{"topic": "custody-resettlement", "confidence": 0.1}]
    said = await person.says(
        ActionNeet(), "im out of college and work", "neet", topic_ranking=ranking, **FIRST
    )
    assert said == ["neet_passed"]


async def test_heard_again_there_is_a_hint_at_most(person: Person, stub: StubHandoff) -> None:
    assert await person.says(ActionNeet(), "im still neet", "neet", **AGAIN) == ["neet_known"]
    said = await person.says(ActionNeet(), "neet, bursary?", "neet", topic="bursary", **AGAIN)
    assert said == ["answer bursary"]


async def test_after_a_no_it_is_not_offered_again(person: Person, stub: StubHandoff) -> None:
    assert await person.says(ActionNeet(), "im still neet", "neet", **SAID_NO) == ["about_me"]


async def test_offered_again_a_yes_asks_for_the_person_and_a_no_is_recorded(
    person: Person, stub: StubHandoff
) -> None:
    assert await person.says(ActionNeet(), "im still neet", "neet", **OFFER) == ["neet_offer"]
    assert stub.calls == []
    stub.has_neet_case = True
    assert await person.says(ActionNoAdviser(), "nah", "deny") == ["adviser_declined"]
    await person.says(ActionNeet(), "im still neet", "neet", **OFFER)
    assert await person.says(ActionYes(), "yes", "affirm") == ["adviser_wanted"]


async def test_a_yes_after_a_no_to_contact_takes_the_no_back_and_opens_no_second_case(
    person: Person, stub: StubHandoff
) -> None:
    stub.has_neet_case = True
    await person.says(ActionNeet(), "im neet", "neet", **FIRST)
    assert await person.says(ActionNoAdviser(), "no thanks", "deny") == ["adviser_declined"]
    assert await person.says(ActionYes(), "actually yes", "affirm") == ["adviser_wanted"]
    assert person.heard[-1]["when"] == "by 5pm on Wednesday"
    assert stub.asked("/internal/cases") == [] and len(stub.asked("/internal/neet/yes")) == 1


async def test_losing_a_job_is_no_question_about_pay(person: Person, stub: StubHandoff) -> None:
    text = "sacked from my job yesterday and not at college"
    said = await person.says(ActionNeet(), text, "neet", topic="wages-and-rights", **FIRST)
    assert said == ["neet_passed"]


async def test_help_wanted_is_a_question_though_it_has_no_question_mark(
    person: Person, stub: StubHandoff
) -> None:
    said = await person.says(ActionNeet(), "left college n need help with my cv", "neet", topic="cv", **FIRST)
    assert said == ["answer cv", "neet_passed"]


async def answered(person: Person, slug: str) -> None:
    """What the bot's last turn would be after an answer."""
    data = {"custom": {"kind": "answer", "answer": slug}}
    person.events += [{"event": "user"}, {"event": "bot", "metadata": {}, "data": data}]


async def test_a_yes_after_how_to_claim_begins_the_registration(person: Person, stub: StubHandoff) -> None:
    await answered(person, "benefits-16-17")
    assert await person.says(ActionYes(), "yes", "affirm") == ["answer register-for-benefits"]
    assert person.followed_by == ["register_form"]


async def test_a_yes_after_another_answer_begins_nothing(person: Person, stub: StubHandoff) -> None:
    await answered(person, "bursary")
    assert await person.says(ActionYes(), "yes", "affirm") == ["yes"]
    assert person.followed_by == []


async def test_a_question_beside_the_offer_is_answered_first(person: Person, stub: StubHandoff) -> None:
    said = await person.says(ActionNeet(), "neet, bursary?", "neet", topic="bursary", **OFFER)
    assert said == ["answer bursary", "neet_offer"]


async def test_what_only_sounds_like_it_gets_the_offer_of_a_check_in(
    person: Person, stub: StubHandoff
) -> None:
    assert await person.says(ActionNeet(), "chilling at home", "neet") == ["check_in_offer"]
    assert await person.says(ActionYes(), "yes", "affirm") == []
    assert person.followed_by == ["check_in_form"]
    assert stub.calls == []


async def test_at_risk_is_answered_with_the_topic_nearest_to_it(person: Person, stub: StubHandoff) -> None:
    ranking = [{"topic": "housing", "confidence": 0.2}, {"topic": "september-guarantee", "confidence": 0.1}]
    said = await person.says(
        ActionNeet(), "no offers and its august", "at_risk", topic_ranking=ranking, **AT_RISK
    )
    assert said == ["answer september-guarantee", "at_risk_passed"]


async def test_a_plain_no_right_after_passing_on_declines(person: Person, stub: StubHandoff) -> None:
    stub.has_neet_case = True
    await person.says(ActionNeet(), "i wanna drop out", "at_risk", **AT_RISK)
    assert await person.says(ActionNoAdviser(), "nah", "deny") == ["adviser_declined"]


async def test_a_plain_no_later_declines_nothing(person: Person, stub: StubHandoff) -> None:
    await person.says(ActionNeet(), "i wanna drop out", "at_risk", **AT_RISK)
    await person.says(ActionYes(), "ok yes", "affirm")
    assert await person.says(ActionNoAdviser(), "no", "deny") == ["no"]
    assert stub.calls == []


@pytest.mark.parametrize("text", ["no thanks", "No thank you", "nah thanks im good"])
async def test_the_words_they_were_told_count_a_few_messages_later_too(
    person: Person, stub: StubHandoff, text: str
) -> None:
    stub.has_neet_case = True
    await person.says(ActionNeet(), "i wanna drop out", "at_risk", **AT_RISK)
    await person.says(ActionYes(), "ok yes", "affirm")
    assert await person.says(ActionNoAdviser(), text, "deny") == ["adviser_declined"]


async def test_the_words_they_were_told_count_in_a_text_days_later(person: Person, stub: StubHandoff) -> None:
    stub.has_neet_case = True
    assert await person.says(ActionNoAdviser(), "no thanks", "deny") == ["adviser_declined"]


async def test_no_to_contact_leaves_a_person_asked_for_alone(person: Person, stub: StubHandoff) -> None:
    stub.has_neet_case = True
    await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    await person.says(ActionNeet(), "im neet", "neet", **FIRST)
    assert await person.says(ActionNoAdviser(), "no thanks", "deny") == ["adviser_declined"]
    assert list(stub.cases.values()) == [{}]


@pytest.mark.parametrize(
    ("text", "intent"), [("no dont bother", "deny"), ("nvm cancel that", "cancel_registration")]
)
async def test_a_no_after_asking_for_a_person_is_recorded_and_said(
    person: Person, stub: StubHandoff, text: str, intent: str
) -> None:
    await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    assert await person.says(ActionNoAdviser(), text, intent) == ["adviser_declined"]
    assert [one["adviser"] for one in stub.cases.values()] == ["declined"]


async def test_a_yes_after_a_no_asks_for_the_person_again(person: Person, stub: StubHandoff) -> None:
    await person.says(ActionRequestPerson(), "get me a human", "talk_to_person")
    await person.says(ActionNoAdviser(), "no dont bother", "deny")
    said = await person.says(ActionYes(), "actually yes", "affirm")
    assert said == ["answer talk-to-person", "person_requested"]
    assert [one["adviser"] for one in stub.cases.values()] == ["wanted"]


async def test_a_yes_right_after_passing_on_confirms_the_adviser(person: Person, stub: StubHandoff) -> None:
    await person.says(ActionNeet(), "im neet", "neet", **FIRST)
    assert await person.says(ActionYes(), "yes", "affirm") == ["adviser_coming"]
    assert stub.calls == []


async def test_no_adviser_with_none_passed_on_opens_nothing(person: Person, stub: StubHandoff) -> None:
    assert await person.says(ActionNoAdviser(), "no adviser", "no_adviser") == ["no_adviser_needed"]
    assert stub.asked("/internal/cases") == []


async def test_a_yes_after_a_person_was_offered_asks_for_one(person: Person, stub: StubHandoff) -> None:
    person.events = [{"event": "user"}, {"event": "bot", "metadata": {"utter_action": "utter_lost_again"}}]
    assert await person.says(ActionYes(), "yes", "affirm") == ["answer talk-to-person", "person_requested"]


async def test_another_yes_only_carries_on(person: Person, stub: StubHandoff) -> None:
    assert await person.says(ActionYes(), "yes", "affirm") == ["yes"]
    assert stub.calls == []


@pytest.mark.parametrize("source", sorted((ROOT / "actions").glob("*.py")), ids=lambda path: path.name)
def test_every_response_an_action_names_has_words(source: Path) -> None:
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    named = re.findall(r"\"(utter_(?!action\b)[a-z_]+)\"", source.read_text("utf-8"))
    assert [name for name in named if name not in responses] == []


def test_every_problem_and_prompt_has_words() -> None:
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    codes = (
        "not_a_name", "not_a_date", "ambiguous_date", "future_date", "impossible_date", "not_a_postcode",
        "not_a_contact", "which_contact", "not_yes_or_no", "too_long", "age_differs", "date_again",
        "which_care", "not_a_care_status", "not_an_activity", "not_a_since",
    )  # fmt: skip
    asked = (
        "name", "date_of_birth", "postcode", "contact", "activity", "since", "care_status",
        "jobcentre_permission", "others_permission", "confirmed", "change", "leaving", "doubted", "code",
        "code_birthday", "save_birthday", "known", "doing", "since", "wants", "in_the_way",
    )  # fmt: skip
    wanted = [f"utter_problem_{code}" for code in codes] + [f"utter_prompt_{what}" for what in asked]
    assert [name for name in wanted if name not in responses] == []
