"""Messages are screened in threads side by side: what is kept of one never changes the next verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from handoff.screening.phrases import PhraseScreen

SCREENING = Path(__file__).parents[3] / "data" / "screening"
EXAMPLES = SCREENING / "examples" / "suicide.yml"
TEXTS = [text for block in yaml.safe_load(EXAMPLES.read_text(encoding="utf-8")) for text in block["texts"]]


@pytest.fixture
def threads_that_switch_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def fresh_screen() -> PhraseScreen:
    phrases, spelling = (
        yaml.safe_load((SCREENING / name).read_text(encoding="utf-8"))
        for name in ("phrases.yml", "spelling.yml")
    )
    return PhraseScreen(phrases, spelling, "test")


def test_many_threads_hear_what_one_does(threads_that_switch_often: None) -> None:
    alone, shared = fresh_screen(), fresh_screen()
    with ThreadPoolExecutor(8) as pool:
        side_by_side = list(pool.map(shared.screen, TEXTS))
    assert side_by_side == [alone.screen(text) for text in TEXTS]
