"""How somebody can be reached, what they do, why they claim and where they live, read as people write it."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from handoff.registrations.asking import question
from handoff.registrations.contact import reach, without_number
from handoff.registrations.eligibility import grounds
from handoff.registrations.fields import Known, read
from handoff.registrations.form import apart, settled_date
from handoff.registrations.permissions import WORDS
from handoff.registrations.reading import Accepted, Problem
from tests.handoff.registrations.answers import AREAS, CHAT, TEXTER, value

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("00447700900123", "+447700900123"),
        ("its 07123456789 thanks", "+447123456789"),
        ("020 7946 0101", "+442079460101"),
        ("o7700 9oo123", "+447700900123"),
        ("07700-900-123", "+447700900123"),
        ("(020) 79460101", "+442079460101"),
        ("text me after 6pm on 07700900123 please", "+447700900123"),
    ],
)
def test_a_uk_number_is_kept_in_one_form(text: str, number: str) -> None:
    assert reach(value("contact", text)).phone == number


@pytest.mark.parametrize(
    "text", ["0770090012", "+33 6 12 34 56 78", "999", "0800 1111", "no", "same", "😀", "my mum cant know"]
)
def test_what_reaches_nobody_is_asked_again(text: str) -> None:
    assert value("contact", text) == "not_a_contact"


@pytest.mark.parametrize(
    "text", ["same", "this one", "this number", "the one I'm texting from", "here", "text me"]
)
def test_someone_who_texts_may_say_this_number(text: str) -> None:
    assert value("contact", text, TEXTER) == "07700 900111"


@pytest.mark.parametrize(
    ("text", "kept", "times"),
    [
        ("+447700900123", "07700 900123", None),
        ("07700900123 after 4pm", "07700 900123, after 4pm", "after 4pm"),
        ("text me after 6pm, on 07700900123 please", "07700 900123, after 6pm", "after 6pm"),
        ("sam@example.org", "sam@example.org", None),
        ("email me sam.o'neil@example.co.uk weekdays", "sam.o'neil@example.co.uk, weekdays", "weekdays"),
        ("I'll come back here", "in this chat", None),
        ("c/o Mrs Green, 4 High Street NW1", "c/o Mrs Green, 4 High Street NW1", None),
        ("my nan, 020 7946 0101", "020 7946 0101, nan", None),
        ("through my social worker", "through my social worker", None),
    ],
)
def test_nobody_needs_a_phone_to_be_reached(text: str, kept: str, times: str | None) -> None:
    assert value("contact", text) == kept
    assert reach(kept).times == times


REFUSED = [
    "dont text me here my dad reads it",
    "don’t text me",
    "not this number",
    "not here",
    "never contact me here",
    "its not safe",
    "not 07700900123 my dad reads it, use my teacher Mrs Jones",
    "dont ring my mum's phone 07700900123",
    "07700900123 isn't safe",
    "my mum's phone 07700900123 but don't text it",
    "dont email me at mum@example.org",
]


@pytest.mark.parametrize("known", [CHAT, TEXTER], ids=["chat", "text"])
@pytest.mark.parametrize("text", REFUSED)
def test_a_way_they_refuse_is_never_taken_as_the_safe_one(text: str, known: Known) -> None:
    assert value("contact", text, known) == "which_contact"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("dont call, text me here", "07700 900111, dont call"),
        ("not after 6pm, text me here", "07700 900111, not after 6pm"),
        ("07700900123, not safe after 6pm", "07700 900123, not safe after 6pm"),
        ("dont call before 4 07700900123", "07700 900123, dont call before 4"),
        ("07700 900999 not this one", "07700 900999, not this one"),
        ("i don't have a phone but my nan does 020 7946 0101", "020 7946 0101, "),
    ],
)
def test_a_no_to_a_time_or_a_call_leaves_the_number_safe(text: str, kept: str) -> None:
    assert value("contact", text, TEXTER).startswith(kept)


@pytest.mark.parametrize(
    "text",
    [
        "call my nan, she takes care of me 07700900123",
        "my aunt looks after me 07700900123",
        "my key worker 07700900123 he takes calls after 5",
        "my nan 07700900123, she checks in on me",
        "my carer checks on me every day 07700900123",
    ],
)
def test_somebody_who_looks_after_them_is_a_safe_way(text: str) -> None:
    assert "07700 900123" in str(value("contact", text))


SEEN_BY_OTHERS = [
    "my mum takes my phone",
    "my dad took it",
    "my mum looks after my phone",
    "my nan takes care of me but she checks my texts",
    "my step dad checks on my phone",
    "but my dad reads it",
    "my mum checks my phone",
    ". it's not private",
    "its shared with my sister",
    "its a family phone",
    "everyone in my house can see it",
    "my step-dad goes through it",
    "he looks at it sometimes",
    "nobody sees it except my mum",
    "mum picks up",
    "it's checked by my carer",
    "my boyfriend knows my passcode",
    "it goes to my dads ipad",
    "its not just mine",
    "my mum’s got my phone",
]


@pytest.mark.parametrize("said", SEEN_BY_OTHERS)
@pytest.mark.parametrize("way", ["07700 900123", "sam@example.org", "text me here"])
def test_a_way_that_somebody_else_sees_is_not_taken_as_safe(way: str, said: str) -> None:
    assert value("contact", f"{way} {said}", TEXTER) == "which_contact"


@pytest.mark.parametrize(
    "said",
    [
        "nobody reads it", "no one else sees it", "my mum doesnt read it", "only i use it", "its not shared",
        "text after 4 so my mum can't see", "before my dad gets home", "i check it after 6",
        "don't say who you are", "my nan, she picks up", "leave a message, say you're from school",
    ],
)  # fmt: skip
def test_whatever_else_is_said_of_a_number_is_kept_as_it_was_said(said: str) -> None:
    *_, last = said.split()
    kept = value("contact", f"07700 900123 {said}")
    assert reach(kept).phone == "+447700900123" and kept.endswith(last)


@given(st.text(max_size=400), st.sampled_from(SEEN_BY_OTHERS))
def test_words_of_somebody_who_sees_it_are_never_taken_with_the_number(said: str, seen: str) -> None:
    found = read("contact", f"07700 900123 {said} {seen}", CHAT)
    assert isinstance(found, Problem)


def test_staff_read_how_to_reach_them_without_the_number() -> None:
    assert without_number("07700 900123, after 4pm") == "number ending 123, after 4pm"
    assert without_number("sam@example.org") == "sam@example.org"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("since july", "July 2026"),
        ("15th of september", "September 2026"),
        ("15 sept", "September 2026"),
        ("03/09/2026", "September 2026"),
        ("about 2 months", "September 2026"),
        ("since december", "December 2025"),
        ("2 weeks ago", "November 2026"),
        ("last summer", "last summer"),
        ("since i finished year 11", "since i finished year 11"),
        ("12/2031", "12/2031"),
        ("idk", "idk"),
    ],
)
def test_since_when_is_a_month_where_the_words_tell_one(text: str, kept: str) -> None:
    assert value("since", text) == kept


@pytest.mark.parametrize("text", ["yes", "ye", "no", "5", " 12. "])
@pytest.mark.parametrize("field, problem", [("activity", "not_an_activity"), ("since", "not_a_since")])
def test_a_yes_a_no_or_a_number_alone_is_asked_again_once(field: str, problem: str, text: str) -> None:
    assert value(field, text) == problem
    assert isinstance(read(field, text, replace(CHAT, again=True)), Accepted)


@pytest.mark.parametrize(
    "text", ["not telling", "im not telling you", "stop asking me", "none of your buisness", "private", "cba"]
)
@pytest.mark.parametrize("field, problem", [("activity", "not_an_activity"), ("since", "not_a_since")])
def test_a_no_to_being_asked_is_asked_again_once_and_kept_as_that(
    field: str, problem: str, text: str
) -> None:
    assert value(field, text) == problem
    assert read(field, text, replace(CHAT, again=True)) == Accepted("not said", "not said")
    assert value("ground", text) == value("care_status", text) == "not_said"


@pytest.mark.parametrize("text", ["2025", "5 weeks", "no job", "nothing", "year 11", "private tutoring"])
def test_words_and_years_are_answers(text: str) -> None:
    assert isinstance(read("activity", text, CHAT), Accepted)
    assert isinstance(read("since", text, CHAT), Accepted)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("no", "neither"),
        ("nah never", "neither"),
        ("nope i live with my nan", "neither"),
        ("looked after by my nan", "neither"),
        ("was in care til i was 8", "neither"),
        ("I'm in care now", "looked_after"),
        ("i live with foster parents", "looked_after"),
        ("ive been in care since i was 12", "looked_after"),
        ("children's home", "looked_after"),
        ("i left care last month when i was 17", "care_leaver"),
        ("used to be in care", "care_leaver"),
        ("care leaver", "care_leaver"),
        ("I left care at 16 or 17", "care_leaver"),
        ("rather not say", "not_said"),
        ("dunno", "not_said"),
        ("yes", "which_care"),
        ("not anymore", "which_care"),
        ("i was adopted", "neither"),
        ("kinship care with my nan", "neither"),
        ("i care for my mum", "not_a_care_status"),
        ("banana", "not_a_care_status"),
    ],
)
def test_care_status_is_told_from_caring_and_from_the_past(text: str, status: str) -> None:
    assert value("care_status", text) == status


@pytest.mark.parametrize(
    "text",
    [
        "No, I left care last year",
        "no but i left care at 16",
        "im not in care but i left at 16",
        "nah still in foster care tho",
        "i used to live with my mum but im in care now",
        "I'm not at home, I'm in foster care",
        "im no longer in care",
        "I’m not in care anymore",
        "haven't left care yet",
    ],
)
def test_a_no_beside_words_of_care_asks_which(text: str) -> None:
    assert value("care_status", text) == "which_care"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("no i've never been in care", "neither"),
        ("i was never in care", "neither"),
        ("no im not a care leaver or in care", "neither"),
        ("i don't think i'm in care", "neither"),
        ("no was in care til i was 8", "neither"),
        ("in care, no contact with mum", "looked_after"),
        ("im in foster care, cant live at home anymore", "looked_after"),
    ],
)
def test_care_that_is_denied_or_affirmed_outright_is_not_asked_again(text: str, status: str) -> None:
    assert value("care_status", text) == status


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my mum kicked me out", "g"),
        ("no parents", "g"),
        ("estranged", "g"),
        ("disabled", "a"),
        ("got a fit note", "b"),
        ("i care for my disabled mum", "c"),
        ("looking after my son", "d"),
        ("i have a baby", "d"),
        ("got a 1 year old", "d"),
        ("i dont get on with my stepdad", "g"),
        ("my boyfriend has a kid", "e"),
        ("im pregnant", "f"),
        ("i'd rather not say", "not_said"),
        ("idk", "not_said"),
        ("my mum doesn't look after me", "g"),
        ("my parents dont care for me", "g"),
        ("nobody looks after me", "g"),
        ("i look after me nan", "c"),
        ("im only a child and on my own", "g"),
        ("no support, parents kicked me out cos i was sick of it", "g"),
        ("single mum", "d"),
        ("cant work cos of anxiety, live with mum", "a"),
        ("Something else", "other"),
        ("i need money", "not_a_ground"),
    ],
)
def test_a_reason_is_understood_without_an_explanation(text: str, code: str) -> None:
    assert value("ground", text) == code


@pytest.mark.parametrize(
    "text", ["im pregnant and got kicked out", "i'm ill and homeless", "no support from family, got a baby"]
)
def test_of_two_reasons_they_choose_the_main_one(text: str) -> None:
    assert value("ground", text) == "which_ground"
    assert value("ground", text, replace(CHAT, again=True)) == "other"


def test_a_reason_asked_for_twice_is_taken_as_another() -> None:
    assert value("ground", "i need money", replace(CHAT, again=True)) == "other"


def test_each_reason_as_it_is_offered_is_that_reason() -> None:
    for one in grounds():
        assert value("ground", one.web) == value("ground", one.sms) == one.code


@pytest.mark.parametrize("sms", [True, False])
@pytest.mark.parametrize("name", ["ground", "borough"])
def test_a_question_that_is_worded_here_fits_one_part_of_a_text(name: str, sms: bool) -> None:
    asked = question(name, {"postcode": "SW9 9ZZ"}, AREAS, sms)
    lines = [f"{number} {choice['text']}" for number, choice in enumerate(asked["choices"], 1)]
    if sms or name == "borough":
        assert len("\n".join([asked["text"], *lines])) <= 160


@pytest.mark.parametrize("purpose", list(WORDS))
def test_a_permission_is_kept_in_the_words_in_which_it_is_asked_for(purpose: str) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    [asked] = domain["responses"][f"utter_prompt_{purpose}_permission"]
    assert WORDS[purpose] in asked["custom"]["text"] and WORDS[purpose] in asked["custom"]["sms"]


@pytest.mark.parametrize(
    ("text", "code"), [("Camden", "E09000007"), ("the london borough of lambeth", "E09000022")]
)
def test_a_borough_is_read_as_people_call_it(text: str, code: str) -> None:
    assert value("borough", text) == code


def test_a_borough_elsewhere_is_shown_where_to_go() -> None:
    found = read("borough", "croydon", CHAT)
    assert isinstance(found, Problem) and found.signpost == "signpost-other-area" and found.council


@pytest.mark.parametrize("text", ["im 15", "I'm 19", "my age is 14"])
def test_an_age_that_cannot_register_needs_no_date(text: str) -> None:
    found = read("date_of_birth", text, CHAT)
    assert isinstance(found, Problem) and found.signpost


def test_a_date_that_contradicts_the_age_is_asked_about_before_anything_follows() -> None:
    found = read("date_of_birth", "3/2/2014", replace(CHAT, age=17))
    assert found == Problem("age_differs", value="2014-02-03")


@pytest.mark.parametrize("text", ["the date is right", "yes", "The date is right"])
def test_a_doubted_date_stands_when_they_say_so(text: str) -> None:
    assert settled_date(text, "2014-02-03") == "2014-02-03"


@pytest.mark.parametrize("text", ["im 17", "17", "my age is right"])
def test_an_age_that_stands_asks_for_the_date_again(text: str) -> None:
    assert settled_date(text, "2014-02-03") == Problem("date_again")


def test_a_name_may_bring_more_along() -> None:
    name, beside = apart("yusuf aden, 3/2/2010, nw5 2tj, 07700 900123", CHAT)
    assert name == "yusuf aden"
    assert {field: answer.value for field, answer in beside.items()} == {
        "date_of_birth": "2010-02-03",
        "postcode": "NW5 2TJ",
        "contact": "07700 900123",
    }
    assert apart("van der Berg, Jo", CHAT) == ("van der Berg, Jo", {})
