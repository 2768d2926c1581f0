"""What a person wrote stays as they wrote it: it may be evidence, and it is theirs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import LEAD, signed_in
from tests.handoff.factories import make_chat

SOURCE = Path(__file__).resolve().parents[2] / "handoff"
WORDS = [
    "my step-dad  HITS me..  😭😭 <b>pls</b>\n\nhes    drunk &amp; its every nite, dont tell",
    "i wanna k1ll mys3lf / s u i c i d e",
    "'; DROP TABLE message; -- my uncle touched me",
    "/restart my mum hit me with a belt",
    "মা আমাকে মারে",
]


@pytest.mark.parametrize("words", WORDS)
async def test_nothing_that_is_done_with_a_message_changes_its_words(
    client: TestClient[Any, Any], parts: Parts, words: str
) -> None:
    chat = await make_chat(client, "camden")
    await chat.say(words)
    async with signed_in(client, LEAD) as priya:
        _, body = await priya.get("/api/staff/cases")
        at = f"/api/staff/cases/{body['cases'][0]['id']}"
        await priya.post(f"{at}/claim")
        await priya.post(f"{at}/notes", {"text": "Read it."})
        await priya.post(f"{at}/decisions", {"text": "MASH."})
        await priya.post(f"{at}/reply", {"text": "Hi, I'm Priya."})
        await priya.post(f"{at}/close", {"outcome": "referred_mash", "decision": "Done."})
        _, seen = await priya.get(f"{at}/messages")
    assert seen["messages"][0]["text"] == words
    assert (await chat.messages())[0]["text"] == words


def test_no_code_writes_over_a_stored_message() -> None:
    writes = re.compile(r"message\.text = |update\(Message\)|delete\(Message\)")
    assert [path for path in SOURCE.rglob("*.py") if writes.search(path.read_text("utf-8"))] == []
