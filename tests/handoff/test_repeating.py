"""A follow-up to the answer just given gets the part of it that it asks for, not the whole again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.repeating import part_for

PAY = """The apprentice minimum is £8.00. It applies if you're under 19, or in your first year.

19 or over and past your first year? You get at least the minimum for your age:

- 19 to 20: £10.85
- 21 and over: £12.71

Many employers pay more than the minimum."""
BURSARY = """You apply to your school or college, not to us.

- How much? Your school or college decides, often by your household's income.
- You need to be 16 to 18 on 31 August."""


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        ("what about if im 19", PAY, "19 to 20: £10.85."),
        ("and when im 21?", PAY, "21 and over: £12.71."),
        ("im 17 tho", PAY, "under 19"),
        ("how much", BURSARY, "Your school or college decides"),
        ("what if im 17", BURSARY, "16 to 18 on 31 August."),
        ("which employers", PAY, "Many employers pay more"),
    ],
)
def test_the_part_that_is_asked_for_is_said_again(asked: str, answer: str, said: str) -> None:
    assert said in str(part_for(asked, answer))


@pytest.mark.parametrize("asked", ["ok and?", "is it good", "", "1"])
def test_where_nothing_stands_out_nothing_is_picked(asked: str) -> None:
    assert part_for(asked, BURSARY) is None


def test_an_age_is_not_found_in_a_sum_of_money() -> None:
    assert part_for("im 12", "You get £12 a day, or 12.71 an hour.") is None
    assert part_for("im 20", "You get £20.00.") is None


CLAIM = """At 16 or 17 you may be able to claim if you:

- have no support from parents
- are ill or disabled

We can register you."""


def test_a_line_that_leads_up_to_a_list_is_said_with_it() -> None:
    claim = "At 16 or 17 you may be able to claim if you: have no support from parents; are ill or disabled."
    assert part_for("what about at 17", CLAIM) == claim


LOOK = """Places to look:

- Ask local firms, like garages. A short call works.
- Colleges often know who is hiring.

PIP is a different claim if you are ill."""


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (
            "what places",
            LOOK,
            "Places to look: Ask local firms, like garages. A short call works;"
            " Colleges often know who is hiring.",
        ),
        (
            "who can claim",
            f"{CLAIM}\n\nPIP is a different claim.",
            "At 16 or 17 you may be able to claim if you: have no support from parents; are ill or disabled."
            " PIP is a different claim.",
        ),
        (
            "ok the minimum for 19",
            PAY,
            "19 or over and past your first year? You get at least the minimum for"
            " your age: 19 to 20: £10.85; 21 and over: £12.71.",
        ),
        (
            "what about if im 19",
            PAY,
            "19 or over and past your first year? You get at least the minimum for your"
            " age: 19 to 20: £10.85.",
        ),
    ],
)
def test_of_two_lines_each_has_its_list_whole(asked: str, answer: str, said: str) -> None:
    assert part_for(asked, answer) == said


@pytest.mark.parametrize(("asked", "said"), [("how long does it take", None), ("when", "It opens in May.")])
def test_what_may_be_is_no_month(asked: str, said: str | None) -> None:
    assert part_for(asked, f"{CLAIM}\n\n{said or ''}") == said


def test_no_more_is_said_than_two_lines() -> None:
    lines = [f"Line {n} is about colleges" for n in range(9)]
    assert str(part_for("which college", "\n".join(lines))).count("Line") == 2


@given(st.text(), st.text())
def test_no_words_break_it(asked: str, answer: str) -> None:
    part = part_for(asked, answer)
    assert part is None or part
