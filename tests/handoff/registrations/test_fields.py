"""Each answer of the registration form is read as people write it, and refused by a name they can act on."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.registrations.fields import FIELDS, Known, read
from handoff.registrations.reading import Accepted, Problem
from tests.handoff.registrations.answers import AREAS, CHAT, TEXTER, TODAY, value

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Aisha Khan", "Aisha Khan"),
        ("  Seán   O’Brien ", "Seán O'Brien"),
        ("jean-luc d'arcy", "Jean-Luc D'Arcy"),
        ("Cher", "Cher"),
        ("李小龙", "李小龙"),
        ("محمد علی", "محمد علی"),
        ("my name is Tom Lee", "Tom Lee"),
        ("Hi, I'm Tom", "Tom"),
        ("im tom lee.", "Tom Lee"),
        ("im called Jo", "Jo"),
        ("I’m called jo", "Jo"),
        ("they call me Jo", "Jo"),
        ("everyone calls me Jo", "Jo"),
        ("my name is Jo", "Jo"),
        ("my names jo", "Jo"),
        ("Callum", "Callum"),
        ("Theyab Callister", "Theyab Callister"),
        ("J.R. Smith", "J.R. Smith"),
        ("Ian", "Ian"),
        ("Imran", "Imran"),
        ("Zoë\u200b", "Zoë"),
        ("ZOE ADAMS", "ZOE ADAMS"),
        ("Will Smith", "Will Smith"),
        ("can yilmaz", "Can Yilmaz"),
    ],
)
def test_a_name_may_be_anyones(text: str, name: str) -> None:
    assert value("name", text) == name


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("\u200b \u2060", "empty"),
        ("tom123", "not_a_name"),
        ("😀", "not_a_name"),
        ("Tom 😀", "not_a_name"),
        ("why do you need it", "not_a_name"),
        ("what?", "not_a_name"),
        ("wot", "not_a_name"),
        ("huh", "not_a_name"),
        ("wtf is this", "not_a_name"),
        ("fuck off", "not_a_name"),
        ("im in care", "not_a_name"),
        ("i'm not sure", "not_a_name"),
        ("stop asking me", "not_a_name"),
        ("i cant be bothered", "not_a_name"),
        ("im not telling you", "not_a_name"),
        ("none of ur business", "not_a_name"),
        ("https://x.example", "not_a_name"),
        ("tom.com", "not_a_name"),
        ("<b>Tom</b>", "not_a_name"),
        ("--", "not_a_name"),
        ("yes", "not_a_name"),
        ("i would really like to get some money so help me please", "not_a_name"),
        ("x" * 101, "too_long"),
        ("x" * 501, "too_long"),
    ],
)
def test_what_is_no_name_is_asked_again(text: str, problem: str) -> None:
    assert value("name", text) == problem


@pytest.mark.parametrize(
    "text",
    [
        "3rd feb 2010",
        "03/02/10",
        "3.2.2010",
        "feb 3 2010",
        "3 February 2010",
        "3-2-10",
        "2010-02-03",
        "03022010",
        "030210",
        "February 3rd, 2010",
        "the 3rd of february 2010",
        "3feb2010",
        "3rdfeb2010",
        "its 3rd feb 2010 lol",
        "3 febuary 2010",
        "03 02 2010",
        "3 / 2 / 2010",
        "3rd of 2nd 2010",
        "2010/2/3",
        "2010 feb 3",
        "feb 3 '10",
        "3 février 2010",
        "3 lutego 2010",
        "٣/٢/٢٠١٠",
        "im 16, born 3/2/2010",
        "03/02/2010 (3 feb 2010)",
    ],
)
def test_a_birthday_is_read_the_british_way_round(text: str) -> None:
    assert read("date_of_birth", text, CHAT) == Accepted("2010-02-03", "3 February 2010")


def test_a_date_that_can_only_be_american_is_read_so() -> None:
    assert value("date_of_birth", "02/13/2010") == "2010-02-13"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("idk", "not_a_date"),
        ("16", "not_a_date"),
        ("tomorrow", "not_a_date"),
        ("can i skip this", "not_a_date"),
        ("feb 2010", "ambiguous_date"),
        ("3rd feb", "ambiguous_date"),
        ("2010", "ambiguous_date"),
        ("3/2", "ambiguous_date"),
        ("3 feb 2010 or 4 feb 2010", "ambiguous_date"),
        ("31 feb 2010", "impossible_date"),
        ("31/02/2010", "impossible_date"),
        ("29/02/2010", "impossible_date"),
        ("45/13/2010", "impossible_date"),
        ("3 feb 1810", "not_a_date"),
        ("00/00/0000", "impossible_date"),
        ("23/11/2026", "future_date"),
        ("3 feb 2100", "future_date"),
    ],
)
def test_a_day_that_is_no_birthday_says_why(text: str, problem: str) -> None:
    assert value("date_of_birth", text) == problem


@pytest.mark.parametrize(
    ("born", "outcome"),
    [
        ("22/11/2010", "2010-11-22"),
        ("23/11/2010", "under_16"),
        ("23/11/2008", "2008-11-23"),
        ("22/11/2008", "over_17"),
        ("3/2/99", "over_17"),
    ],
)
def test_only_16_and_17_year_olds_register_counted_to_the_day(born: str, outcome: str) -> None:
    assert value("date_of_birth", born) == outcome


def test_someone_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    assert value("date_of_birth", "29/2/2008", Known(date(2026, 2, 28), AREAS)) == "2008-02-29"
    assert value("date_of_birth", "29/2/2008", Known(date(2026, 3, 1), AREAS)) == "over_17"


@pytest.mark.parametrize(
    ("born", "slug"), [("3/2/2012", "signpost-under-16"), ("3/2/2005", "signpost-18-plus")]
)
def test_someone_of_another_age_is_shown_where_to_go(born: str, slug: str) -> None:
    found = read("date_of_birth", born, CHAT)
    assert isinstance(found, Problem) and found.signpost == slug


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("sw1a1aa", "SW1A 1AA"),
        ("SW1A 1AA", "SW1A 1AA"),
        ("nw5 2tj", "NW5 2TJ"),
        ("n1c4ag", "N1C 4AG"),
        ("sw1a laa", "SW1A 1AA"),
        ("swia 1aa", "SW1A 1AA"),
        ("se1o 0aa", "SE10 0AA"),
        ("nw5-2tj", "NW5 2TJ"),
        ("my postcode is nw5 2tj i think", "NW5 2TJ"),
        ("w1t 3nl.", "W1T 3NL"),
        ("wc1x 8xx", "WC1X 8XX"),
        ("se5 oab", "SE5 0AB"),
        ("n w 5 2 t j", "NW5 2TJ"),
    ],
)
def test_a_postcode_is_read_without_spaces_and_with_common_slips(text: str, postcode: str) -> None:
    greenwich = replace(AREAS["camden"], authority="E09000011")
    assert value("postcode", text, Known(TODAY, {**AREAS, "greenwich": greenwich})) == postcode


@pytest.mark.parametrize("text", ["nw5", "camden", "12345", "sw1a 1a", "i dont have one", "SW1A 1AAA", "?"])
def test_part_of_a_postcode_is_asked_again(text: str) -> None:
    assert value("postcode", text) == "not_a_postcode"


def test_a_postcode_elsewhere_is_shown_where_to_go() -> None:
    told = read("postcode", "CR0 1EA", CHAT)
    assert told == Problem("other_area", "signpost-other-area", council="Croydon council")


@pytest.mark.parametrize(
    ("text", "kept"), [("  nothing\n rn ", "nothing rn"), ("🎓", "empty"), ("?", "empty")]
)
def test_what_they_do_now_is_kept_in_their_own_words(text: str, kept: str) -> None:
    assert value("activity", text) == kept


YES = "yes ye yeah yh yep yup Y ok okay 👍 👍🏾 ✅ sure yesss yeahhh kk"
NO = "no nah nope naw n 👎 nooo never ❌"


@pytest.mark.parametrize(
    "text",
    [
        *YES.split(),
        "yes please",
        "thats fine",
        "go ahead",
        "i guess so yeah",
        "no problem",
        "i don't mind",
        "I agree",
        "you can tell them",
        "im happy for you to",
    ],
)
def test_a_plain_yes_is_permission(text: str) -> None:
    assert read("jobcentre_permission", text, CHAT) == Accepted("yes", "yes")


@pytest.mark.parametrize(
    "text", [*NO.split(), "no thanks", "i'd rather not", "please don't", "not really", "i dont want that"]
)
def test_a_no_is_a_no(text: str) -> None:
    assert read("jobcentre_permission", text, CHAT) == Accepted("no", "no")


@pytest.mark.parametrize(
    "text",
    [
        "maybe",
        "not sure",
        "idk",
        "what is that",
        "yes but dont tell my mum",
        "no thats fine",
        "👍👎",
        "do u have to",
        "can you please explain",
        "ok what happens then",
        "whatever",
        "banana",
        "yes?",
        "i cant live with my parents",
        "dont live at home",
    ],
)
def test_what_could_be_either_is_no_permission_yet(text: str) -> None:
    assert value("jobcentre_permission", text) == "not_yes_or_no"


@given(st.sampled_from(sorted(FIELDS)), st.text() | st.from_regex(r"[\dOIlosSW /.\-febmarth,'+()]{1,40}"))
def test_no_text_makes_reading_fail(field: str, text: str) -> None:
    found = read(field, text, TEXTER)
    assert isinstance(found, Problem) or (found.value and found.shown)


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=60))
def test_an_accepted_value_is_accepted_again(field: str, text: str) -> None:
    found = read(field, text, CHAT)
    if isinstance(found, Accepted) and field not in ("name", "contact"):
        assert read(field, found.value, CHAT) == found


@given(st.dates(date(2008, 11, 23), date(2010, 11, 22)))
def test_every_birthday_of_a_16_or_17_year_old_is_read_in_words_and_numbers(day: date) -> None:
    for written in (
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%y}",
        f"{day:%d %B %Y}",
        f"{day:%b %d %Y}",
        day.isoformat(),
    ):
        assert value("date_of_birth", written) == day.isoformat()
