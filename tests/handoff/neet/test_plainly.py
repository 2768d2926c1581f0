"""What is said in so many words is heard, whatever becomes of the trained screen."""

from __future__ import annotations

import pytest

from handoff.screening import service as screening
from handoff.screening.service import hear_neet


@pytest.fixture(autouse=True)
def no_trained_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "trained_screen", lambda: None)


@pytest.mark.parametrize(
    "text",
    ["im neet", "I'm NEET, can i get a bursary?", "hi i am still neet",
     "im not in education, employment or training", "i'm not in school or work rn what can i get"],
)  # fmt: skip
def test_the_plainest_words_are_heard(text: str) -> None:
    assert hear_neet(text) == "now"


@pytest.mark.parametrize(
    "text",
    ["what happens if im neet", "what does neet mean", "im neat and tidy", "im not in college on fridays",
     "my mum says im lazy", ""],
)  # fmt: skip
def test_nothing_else_is(text: str) -> None:
    assert hear_neet(text) is None
