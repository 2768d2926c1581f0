"""Which messages lean on what was said before, told by their words alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.following import Lean, beside, lean, opener, own_words, turns_to
from bot.components.splitting import MOST_PARTS, parts


@pytest.mark.parametrize(
    "text",
    [
        "how much is it",
        "where",
        "and if im 19",
        "how do i apply",
        "do i need gcses for that",
        "ok when does it start?",
        "What about in London",
    ],
)
def test_words_that_go_with_any_topic_are_bare(text):
    assert lean(text) is Lean.BARE


@pytest.mark.parametrize(
    "text", ["what about an apprenticeship instead", "does it affect benefits", "and trains?"]
)
def test_a_follow_up_with_words_of_its_own_points_back(text):
    assert lean(text) is Lean.POINTS


@pytest.mark.parametrize(
    "text",
    [
        "how do i write a cv for a job in a shop",
        "who are you",
        "what is this",
        "",
        "i left school and now i stay at home and i want to know how to get a job",
    ],
)
def test_a_message_that_names_something_does_not_point_back(text):
    assert lean(text) in (Lean.WHOLE, Lean.FEW)


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("money", Lean.WHOLE),
        ("Money?", Lean.WHOLE),
        ("benefits", Lean.WHOLE),
        ("how much money", Lean.BARE),
        ("does it affect benefits", Lean.POINTS),
    ],
)
def test_a_theme_said_alone_is_a_new_one(text, leans):
    assert lean(text) is leans


def test_a_name_with_a_number_in_it_is_a_name():
    assert lean("6th form") is not Lean.BARE and lean("year 10") is Lean.BARE


@pytest.mark.parametrize("text", ["thanks", "ur useless", "i feel so low", "talk to a person", "bye"])
def test_small_talk_insults_and_worries_are_not_bare(text):
    assert lean(text) is not Lean.BARE


@pytest.mark.parametrize(
    ("text", "named"),
    [("ok what about college then", "college"), ("or a t level?", "a t level?"), ("and", "and")],
)
def test_what_a_follow_up_names_is_left_without_its_opener(text, named):
    assert own_words(text) == named


def test_a_condition_is_no_turn_to_another_topic():
    assert turns_to("what about an apprenticeship instead")
    assert not turns_to("what about if i do an apprenticeship") and not turns_to("apprenticeships")


def test_a_follow_up_is_read_with_the_topics_name_on_either_side():
    assert beside("how much", "apprenticeship-pay") == [
        "apprenticeship pay: how much",
        "how much apprenticeship pay",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "how do i apply for college and can i get help w travel",
            ["how do i apply for college", "can i get help w travel"],
        ),
        ("What is a T Level? Also when are you open", ["What is a T Level", "when are you open"]),
        (
            "can i talk to someone, how much is the bursary",
            ["can i talk to someone", "how much is the bursary"],
        ),
        ("talk to a person. bursary", ["talk to a person", "bursary"]),
        ("if im 16, i live in camden", []),
        ("what is the bursary", []),
    ],
)
def test_parts_are_sentences_and_what_joining_words_join(text, found):
    assert parts(text) == found


@given(st.text())
def test_no_text_breaks_the_reading_of_words(text):
    assert lean(text) in Lean and text.startswith(opener(text)) and isinstance(turns_to(text), bool)
    assert len(parts(text)) in (0, *range(2, MOST_PARTS + 1))
