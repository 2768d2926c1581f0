"""Editors read questions without what names or reaches the person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.feedback.barred import BAR, barred, names_said, without

DIGIT = st.sampled_from("0123456789٠٧７")
SEPARATOR = st.sampled_from(["", " ", "-", ".", "  ", " - ", "/", "(", ") ", "_", "\n"])
AROUND = st.text(st.characters(exclude_characters="@", exclude_categories=("N", "Cs")), max_size=40)
SIX_DIGITS = re.compile(r"\d(?:[ \-./()_\n]{0,3}\d){5,}")


@st.composite
def spaced_number(draw: st.DrawFn) -> str:
    digits = draw(st.lists(DIGIT, min_size=6, max_size=16))
    return digits[0] + "".join(draw(SEPARATOR) + digit for digit in digits[1:])


@given(AROUND, spaced_number(), AROUND)
def test_no_long_number_gets_through_however_it_is_spaced(before: str, number: str, after: str) -> None:
    shown = barred(f"{before} {number} {after}")
    school_years = re.sub(r"20\d\d ?[/-] ?(?:20)?\d\d", "", shown)
    assert not SIX_DIGITS.search(school_years)


@given(AROUND, st.emails(), AROUND)
def test_no_address_gets_through(before: str, address: str, after: str) -> None:
    shown = barred(f"{before} {address} {after}")
    assert "@" not in shown and BAR in shown


@given(
    AROUND,
    st.from_regex(r"[A-Za-z]{2}[ .-]?[0-9]{2}([ .-]?[0-9]{2}){2}[ .-]?[A-Da-d]", fullmatch=True),
    AROUND,
)
def test_no_national_insurance_number_gets_through(before: str, number: str, after: str) -> None:
    letters = re.sub(r"[^a-z0-9]", "", number.casefold())
    shown = barred(f"{before} {number} {after}")
    assert letters not in re.sub(r"[^a-z0-9]", "", shown.casefold())


@given(
    AROUND,
    st.from_regex(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]?[ ,./-]{0,3}[0-9][A-Za-z]{2}", fullmatch=True),
    AROUND,
)
def test_no_whole_postcode_gets_through(before: str, postcode: str, after: str) -> None:
    assert BAR in barred(f"{before} {postcode} {after}")
    assert postcode.casefold() not in barred(f"{before} {postcode} {after}").casefold().split()


@given(st.text())
def test_barring_twice_bars_no_more(text: str) -> None:
    assert barred(barred(text)) == barred(text)


@given(
    st.lists(
        st.sampled_from(
            "can i get money for college if im sixteen and my mum is on benefits £30 a week".split()
        )
    )
)
def test_an_ordinary_question_stays_as_it_is(words: list[str]) -> None:
    assert barred(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize(
    "text",
    [
        "can i get the bursary in 2025/26 if i'm 16-17",
        "whats the min wage for 18 year olds, £8.00 an hour or £10.85?",
        "my friend said its £1,200 for a care leaver",
        "i finished year 11 in 2024 and did level 2",
        "what's the name of the college on my road",
        "can i go to college at 14, or go to a special school",
        "i want to leave college and go to another sixth form",
        "applied to uni, is 31 january too late",
        "i'm 16 may i work, is 18 too close",
        "call me when you can pls",
        "is there any place for 2 more people near the park",
    ],
)
def test_what_editors_need_stays(text: str) -> None:
    assert barred(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ring me on 07700 900123 pls", "ring me on […] pls"),
        ("ring +44 (0)7700-900-123.", "ring […]."),
        ("0️⃣7️⃣7️⃣0️⃣0️⃣9️⃣0️⃣0️⃣1️⃣2️⃣3️⃣ is me", "[…]️⃣ is me"),
        ("oh seven seven double oh nine ok", "[…] ok"),
        ("mail jo.b+x@mail.example!", "mail […]"),
        ("add me @jo_b07", "add me […]"),
        ("my snap is jo_b07 ok", "my snap is […] ok"),
        ("i live at 12b Acacia Park Road, sw1a 1aa", "i live at […], […]"),
        ("NI is QQ 12 34 56 C", "NI is […]"),
        ("i live at Flat 3, 7 Alder Tree Close", "i live at […], […]"),
        ("jo.b (at) mail dot example dot uk pls", "[…] pls"),
        ("born on the 3rd of march, in 2009", "born on the […], in 2009"),
        ("dob: 3rd march 2009 ok", "dob: […] ok"),
        ("my birthday is march 3rd", "my birthday is […]"),
        ("i was born in 2009", "i was born in […]"),
        ("i go to St. Mark's Academy in year 11", "i go to […] Academy in year 11"),
        ("what can i do at harris city sixth form", "what can i do at […] sixth form"),
        ("call me Kemi", "call me […]"),
        ("born 3/2/10", "born […]"),
        ("my name is Amina Yusuf and im 17", "my name is […] and im 17"),
        ("my name is tom smith", "my name is […]"),
        ("my name is tom and im 17", "my name is […] and im 17"),
        ("my mum is called Sarah Jones", "my mum is called […]"),
        ("hi im called zoë, help", "hi im called […], help"),
        ("my ref WAY-7K4M2P", "my ref […]"),
        ("see https://x.example/me?id=3 or www.me.example", "see […] or […]"),
    ],
)
def test_what_reaches_a_person_is_barred(text: str, shown: str) -> None:
    assert barred(text) == shown


@pytest.mark.parametrize(
    ("said", "question", "names"),
    [
        ("hi my name is Kemi Adeyemi and i need help", None, {"kemi", "adeyemi"}),
        ("im called tyrese", None, {"tyrese"}),
        ("Kemi Adeyemi", "What's your full name? It goes on your registration.", {"kemi", "adeyemi"}),
        ("how do i register?", "What's your full name? It goes on your registration.", set()),
        ("i want to be a nurse", "What are you doing at the moment?", set()),
    ],
)
def test_names_are_known_where_they_were_given(said: str, question: str | None, names: set[str]) -> None:
    assert names_said([(said, question)]) == names


def test_a_name_is_masked_as_a_whole_word_however_it_is_written() -> None:
    masked = without("kemi, KEMI's bursary and the kemistry course", {"kemi"})
    assert masked == f"{BAR}, {BAR}'s bursary and the kemistry course"
