"""A Rasa that takes turns and never answers keeps nobody from the helplines, whoever stands before them."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.rasa import AT_ONCE
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa


async def test_with_rasa_hung_who_waits_behind_others_gets_helplines_in_time_too(
    client: TestClient, rasa: FakeRasa, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handoff.rasa.ATTEMPT_SECONDS", 3_600.0)
    parts.turns._asking._give_up = 0.3
    release = rasa.hang()
    chats = [await make_chat(client) for _ in range(AT_ONCE + 1)]
    all_said = [asyncio.create_task(chat.say("hello")) for chat in chats]
    (first,), _ = await asyncio.wait(all_said, return_when=asyncio.FIRST_COMPLETED)
    (reply,) = first.result()
    assert reply["author"] == "system" and "0800 1111" in reply["text"]
    release.set()
    assert len(await asyncio.gather(*all_said)) == len(rasa.asked) + 1
