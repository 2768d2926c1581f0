"""Questions are put together by meaning, always the same way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bot.encoder import Encoder
from handoff.suggestions.grouping import SAME, Vectors, grouped

SAID = [
    "how do i get a provisional licence",
    "what do dragons eat",
    "where can i apply for my provisional driving licence",
    "can i bring my dog to college",
    "i need a provisional licence, how",
    "are dogs allowed at college",
]
NUMBERS = st.floats(-1, 1, width=32, allow_subnormal=False)


@st.composite
def vectors(draw: st.DrawFn) -> Vectors:
    """Some of length one."""
    found = draw(arrays(np.float32, st.tuples(st.integers(0, 30), st.just(4)), elements=NUMBERS))
    found[:, 0] += 2.0
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def test_what_means_the_same_stands_together() -> None:
    of = grouped(Encoder.load().encode(SAID)).first
    assert of == [0, 1, 0, 3, 0, 3]


@given(vectors())
def test_every_question_is_in_one_group_named_by_its_first(given: Vectors) -> None:
    found = grouped(given)
    assert len(found.first) == len(found.typical) == len(given)
    assert all(found.first[first] == first <= place for place, first in enumerate(found.first))
    assert set(found.first) == set(found.middles)


@given(vectors())
def test_the_same_questions_make_the_same_groups(given: Vectors) -> None:
    assert grouped(given).first == grouped(given.copy()).first


@given(vectors())
def test_no_two_questions_far_apart_share_a_group_of_two(given: Vectors) -> None:
    of = grouped(given).first
    for place, first in enumerate(of):
        if of.count(first) == 2 and place != first:
            assert given[place] @ given[first] > 2 * SAME**2 - 1 - 1e-3
