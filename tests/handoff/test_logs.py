"""No word of anybody reaches a log, whatever an error carries."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from handoff.app import Parts
from handoff.logs import WordlessFormatter
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa

SECRET = "my step dad hits me"


def logged(error: BaseException) -> str:
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "it failed", None, (type(error), error, error.__traceback__)
    )
    return WordlessFormatter("%(message)s").format(record)


def test_a_traceback_says_where_and_what_kind_and_no_words() -> None:
    words = logged(_chained())
    assert words.startswith("it failed\n") and "test_logs.py" in words and "KeyError" in words
    assert words.index("RuntimeError") < words.index("KeyError") and SECRET not in words


def _chained() -> RuntimeError:
    try:
        try:
            {}[" ".join(["my", "step", "dad", "hits", "me"])]
        except KeyError as inner:
            raise RuntimeError(SECRET.upper().lower()) from inner
    except RuntimeError as error:
        return error
    raise AssertionError


def test_a_circle_of_errors_ends() -> None:
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert logged(one).count("ValueError") == 1


async def test_a_failing_statement_leaves_its_words_out(parts: Parts) -> None:
    try:
        async with parts.db.transaction() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": SECRET})
    except Exception:
        assert SECRET not in logged(sys.exc_info()[1])  # type: ignore[arg-type]
    else:
        raise AssertionError


async def test_a_turn_that_stumbles_is_logged_without_its_words(
    client: TestClient[Any, Any],
    parts: Parts,
    rasa: FakeRasa,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stumbled = asyncio.Event()

    async def broken(self: object, turn_id: object, message: Any) -> None:
        stumbled.set()
        raise ValueError(f"invalid literal: {message.text}")

    caplog.handler.setFormatter(WordlessFormatter("%(message)s"))
    monkeypatch.setattr("handoff.triaging.Triaging.see_to", broken)
    chat = await make_chat(client)
    await chat.send(SECRET)
    await stumbled.wait()
    await parts.turns.stop()
    assert "a turn stumbled" in caplog.text and "ValueError" in caplog.text
    assert SECRET not in caplog.text
