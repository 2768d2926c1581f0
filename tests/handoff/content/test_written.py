"""Answers written as YAML say what they said, whatever the words; what did not change keeps its text."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handoff.content.written import blocks, file_text, said, written

SHIPPED = sorted((Path(__file__).parents[3] / "data" / "content").glob("*.yml"))
GOOD: dict[str, Any] = {
    "slug": "bursary",
    "title": "Help",
    "web": "Ask your **college**.\n\n- one\n- two",
    "sms": "Ask your college.",
    "next": ["ema"],
    "source": {"name": "GOV.UK", "url": "https://www.gov.uk", "checked": date(2026, 11, 22)},
    "review": date(2027, 3, 1),
    "examples": ["yes", "what is it: money?", "# no comment"],
}
LAYOUT = """# Money.
- slug: bursary
  title: Help
  web: |
    Old.
  sms: >-
    Folded
    by hand.
  next: []   # nothing yet
  # a comment between
  source: {name: GOV.UK, url: https://www.gov.uk, checked: 2026-11-22}
  review: 2027-03-01
  examples:
    - "quoted"   # as people say
    - plain

# About EMA.
- slug: ema
  title: EMA
"""

ODD = "one\x85two\u2028three\u2029four\rfive\x0bsix"  # each of these ends a line for some reader
anybodys = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.strip).filter(bool)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_comes_out_byte_for_byte(path: Path) -> None:
    text = path.read_bytes().decode()
    assert file_text(said(text) or [], text) == text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_without_its_layout_a_shipped_file_says_the_same(path: Path) -> None:
    text = path.read_text("utf-8")
    assert said(file_text(said(text) or [])) == said(text)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(web=anybodys, sms=anybodys, title=anybodys, differs=anybodys, examples=st.lists(anybodys, max_size=3))
@example(web=ODD, sms=ODD, title=ODD, differs=ODD, examples=[ODD])
def test_anybodys_words_come_back_as_they_were(
    web: str, sms: str, title: str, differs: str, examples: list[str]
) -> None:
    fields = {**GOOD, "web": web, "sms": sms, "title": title, "differs": differs, "examples": examples}
    fields["areas"] = {"lambeth": {"web": web, "sms": sms}}
    assert said(written(fields)) == [fields]
    assert yaml.safe_load(written(fields))[0]["examples"] == examples


@settings(deadline=None, max_examples=100)
@given(web=anybodys, examples=st.lists(anybodys, max_size=3))
def test_a_change_in_one_answer_leaves_every_other_byte(web: str, examples: list[str]) -> None:
    first, second = said(LAYOUT) or []
    text = file_text([{**first, "web": web, "examples": examples}, second], LAYOUT)
    assert said(text) == [{**first, "web": web, "examples": examples}, second]
    assert text.startswith("# Money.\n- slug: bursary\n") and text.endswith(
        "# About EMA.\n- slug: ema\n  title: EMA\n"
    )
    assert "  sms: >-\n    Folded\n    by hand.\n  next: []   # nothing yet\n" in text


def test_an_answer_that_went_takes_its_comment_and_a_new_one_comes_last() -> None:
    first, _ = said(LAYOUT) or []
    text = file_text([{**GOOD, "slug": "new"}, first], LAYOUT)
    assert "EMA" not in text and [one["slug"] for one in said(text) or []] == ["bursary", "new"]
    assert text.startswith(LAYOUT[: LAYOUT.index("# About")])


@pytest.mark.parametrize(
    "layout",
    ["[{slug: bursary, title: Help}]", "- &a {slug: bursary}\n", "  - slug: bursary\n    title: x\n", "{",
     "x: y", "- slug: bursary\n  web: &w hello\n  sms: *w\n", "- slug: bursary\r\n  title: x\r\n"],
    ids=["flow", "anchor", "indented", "broken", "no list", "alias", "CRLF"],
)  # fmt: skip
def test_a_layout_that_cannot_be_kept_loses_no_word(layout: str) -> None:
    assert said(file_text([GOOD], layout)) == said(written(GOOD))


def test_the_blocks_of_a_file_are_the_file() -> None:
    head, found = blocks(LAYOUT)
    assert head + "".join(block.text for block in found) == LAYOUT
    assert found[1].text.startswith("# About EMA.")
