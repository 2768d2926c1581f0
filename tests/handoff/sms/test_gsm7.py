"""Texts are mapped to the cheap alphabet where they can be, and their parts counted as networks count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.sms.gsm7 import BASIC, EXTENDED, parts, septets, to_gsm7, unmappable


@pytest.mark.parametrize(
    ("written", "sent"),
    [("it’s “fine” – really…", 'it\'s "fine" - really...'), ("£8.00 café", "£8.00 café")],
)
def test_typography_is_made_plain(written: str, sent: str) -> None:
    assert to_gsm7(written) == sent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 10, 2),
        ("ш" * 70, 1),
        ("ш" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("", 1),
    ],
)
def test_parts_are_counted_as_networks_do(text: str, count: int) -> None:
    assert parts(text) == count


def test_what_cannot_be_carried_is_named_once() -> None:
    assert unmappable("hi 🙂 🙂 привет"[:6]) == ["🙂"]
    with pytest.raises(ValueError, match="GSM-7"):
        septets("🙂")


@given(st.text())
def test_mapping_any_text_twice_changes_nothing_more(text: str) -> None:
    assert to_gsm7(to_gsm7(text)) == to_gsm7(text)


@given(st.text(alphabet=sorted(BASIC | EXTENDED)))
def test_the_alphabet_itself_is_never_changed(text: str) -> None:
    assert to_gsm7(text) == text
    assert unmappable(text) == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    if not unmappable(text + more):
        assert parts(text + more) >= parts(text)
