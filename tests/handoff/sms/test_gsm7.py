"""What a text becomes on its way to a phone, and how many parts it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.sms.gsm7 import BASIC, EXTENDED, parts, septets, to_gsm7, unmappable


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("“It’s fine” – she said…", '"It\'s fine" - she said...', id="typographic marks"),
        pytest.param("one\u00a0two\u2009three\tfour", "one two three four", id="every kind of space"),
        pytest.param("Zoë, François, Łukasz, Ángel", "Zoe, Francois, Lukasz, Angel", id="accents"),
        pytest.param("café £5 €5", "café £5 €5", id="what GSM-7 has stays"),
        pytest.param("Well done 🎉 Sam", "Well done Sam", id="an emoji leaves no gap"),
        pytest.param("🎉 Well done", "Well done", id="nor at the start"),
        pytest.param("Thanks 👍🏽", "Thanks (thumbs up)", id="a thumb in any skin colour"),
        pytest.param("1️⃣ Yes", "1 Yes", id="a keycap is its digit"),
        pytest.param("👩‍👩‍👧 family", "family", id="joined emoji"),
        pytest.param("a\u200bb\x07c\ufeff", "abc", id="nothing invisible"),
        pytest.param("مرحبا 🎉", "مرحبا", id="another script stays"),
        pytest.param("🦄", "🦄", id="all there is stays"),
    ],
)
def test_a_text_is_made_plain_without_losing_words(written: str, sent: str) -> None:
    assert to_gsm7(written) == sent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
    ],
)
def test_parts_are_counted_as_the_network_counts_them(text: str, count: int) -> None:
    assert parts(text) == count


def test_an_escaped_pair_is_never_split_over_two_parts() -> None:
    """152 places and a euro sign fill a part with one place left over, so a second euro starts the next."""
    split_would_fit = "a" * 152 + "€" * 77
    assert septets(split_would_fit) == 306
    assert parts(split_would_fit) == 3


def test_what_cannot_be_carried_is_named() -> None:
    assert unmappable("café ж 🎉 “x” ж") == ["ж", "🎉"]
    with pytest.raises(ValueError, match="GSM-7"):
        septets("ж")


@given(st.text())
def test_mapping_again_changes_nothing(text: str) -> None:
    assert to_gsm7(to_gsm7(text)) == to_gsm7(text)


@given(st.text(alphabet=sorted(BASIC | EXTENDED)))
def test_gsm7_text_passes_unchanged(text: str) -> None:
    assert to_gsm7(text) == text


@given(st.text())
def test_everything_sent_can_be_encoded_and_nothing_becomes_a_question_mark(text: str) -> None:
    sent = to_gsm7(text)
    sent.encode()
    assert sent.count("?") <= text.count("?") + sum(text.count(mark) for mark in "？﹖⁇⁈⁉︖；⸮;;")


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1), st.text(max_size=50))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    plain = "".join(char for char in text if char in BASIC)
    assert parts(plain + "a" * len(more)) >= parts(plain)


@given(st.text(alphabet=sorted(BASIC | EXTENDED), max_size=500))
def test_parts_hold_all_septets_and_waste_at_most_one_place_each(text: str) -> None:
    if septets(text) > 160:
        assert parts(text) * 153 >= septets(text)
        assert (parts(text) - 1) * 152 < septets(text)
