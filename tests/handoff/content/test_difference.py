"""Two wordings side by side: nothing is lost, and what changed is marked in stretches one can read."""

from hypothesis import given
from hypothesis import strategies as st

from handoff.content.difference import Piece, difference


@given(st.text(), st.text())
def test_each_side_joined_is_its_own_text(old: str, new: str) -> None:
    left, right = difference(old, new)
    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new


@given(st.text())
def test_the_same_text_has_no_change(text: str) -> None:
    assert not any(piece.changed for side in difference(text, text) for piece in side)


def test_a_changed_word_is_marked_and_the_rest_is_not() -> None:
    left, right = difference("Ask your college for the form.", "Ask your school for the form.")
    assert left == [Piece("Ask your ", False), Piece("college", True), Piece(" for the form.", False)]
    assert right[1] == Piece("school", True)


def test_a_word_or_two_in_common_do_not_break_up_a_change() -> None:
    left, _ = difference("one two and three four", "five six and seven eight")
    assert left == [Piece("one two and three four", True)]
