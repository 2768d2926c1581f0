"""What is too long for a message is heard to its last word, and nobody else's message waits for it."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.conversations.model import ADVISER, Conversation, Message
from handoff.conversations.service import messages_after
from handoff.screening import long_texts
from handoff.screening.long_texts import OVERLAP, WINDOW, LongTexts, windows
from handoff.screening.service import screen
from handoff.screening.verdict import Verdict
from tests.handoff.factories import Chat, make_chat

HARMLESS = "i would like to read about the college course please. "
HIT, NOW = "my dad hits me with a belt. ", "i want to kill myself tonight i have the pills. "
WORRY = "my nan died and i cant stop crying. "
MANY = 12  # more than asyncio's own pool has threads for


def long_with(start: str = "", middle: str = "", end: str = "") -> str:
    return start + HARMLESS * 150 + middle + HARMLESS * 150 + end


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While it is shut no window of a long text is done."""
    opened = threading.Event()

    def gated(part: str) -> Verdict:
        opened.wait(60)
        return screen(part)

    monkeypatch.setattr(long_texts, "screen", gated)
    yield opened
    opened.set()


async def kept(parts: Parts, chat: Chat) -> list[Message]:
    async with parts.db.reading() as session:
        found = await messages_after(session, uuid.UUID(chat.conversation), 0, staff=True)
    return [message for message in found if message.author == "person"]


async def test_another_persons_message_is_answered_while_many_long_texts_wait(
    client: TestClient, gate: threading.Event
) -> None:
    other = await make_chat(client)
    writers = [await make_chat(client) for _ in range(MANY)]
    long_ones = [asyncio.create_task(one.send(long_with(end=HIT))) for one in writers]
    (safety,) = await other.say(NOW)
    assert safety["kind"] == "safety" and not any(one.done() for one in long_ones)
    gate.set()
    for response in await asyncio.gather(*long_ones):
        assert response.status == 413 and (await response.json())["replies"]


async def test_beginning_and_end_are_heard_before_the_middle_of_any_other() -> None:
    order: list[str] = []

    def noted(part: str) -> Verdict:
        order.append("middle" if "middle" in part else "end")
        return Verdict()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_texts, "screen", noted)
        texts = LongTexts()

        async def heard() -> None:
            async for _ in texts.verdicts("a" * WINDOW + "middle " * 3_000 + "z" * WINDOW):
                pass

        await asyncio.gather(*(heard() for _ in range(MANY)))
    assert order.count("end") == 2 * MANY and len(order) == MANY * len(windows("x" * (2 * WINDOW + 21_000)))
    last_end = len(order) - order[::-1].index("end")
    assert order[:last_end].count("middle") <= 1 + MANY  # one at a time, never the whole of a text


@pytest.mark.parametrize("place", ["start", "middle", "end"])
async def test_danger_is_heard_wherever_it_stands(client: TestClient, parts: Parts, place: str) -> None:
    chat = await make_chat(client)
    response = await chat.send(long_with(**{place: NOW}))
    replies = (await response.json())["replies"]
    assert (response.status, [one["kind"] for one in replies]) == (413, ["safety"])
    assert len(await kept(parts, chat)) == 1


async def test_worse_in_the_middle_is_answered_too_and_sent_again_it_changes_nothing(
    client: TestClient, parts: Parts
) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    words = long_with(start=HIT, middle=NOW)
    bodies = [await (await chat.send(words, id=same)).json() for _ in range(2)]
    first, second = bodies[0]["replies"]
    assert first["text"] != second["text"] and {first["kind"], second["kind"]} == {"safety"}
    assert bodies[0] == bodies[1] and len(await kept(parts, chat)) == 1


async def test_a_worry_is_answered_kindly_once_and_kept_for_staff(client: TestClient, parts: Parts) -> None:
    chat, same = await make_chat(client), str(uuid.uuid4())
    bodies = [await (await chat.send(long_with(middle=WORRY), id=same)).json() for _ in range(2)]
    (kind,) = bodies[0]["replies"]
    assert "0800 1111" in kind["text"] and [one["answer"] for one in kind["choices"]] == ["talk-to-person"]
    assert bodies[0] == bodies[1] and await chat.messages() == [kind]
    assert len(await kept(parts, chat)) == 1


async def test_a_worry_gets_no_words_of_the_assistants_while_an_adviser_has_the_talk(
    client: TestClient, parts: Parts
) -> None:
    chat = await make_chat(client)
    async with parts.db.transaction() as session:
        (await session.get_one(Conversation, uuid.UUID(chat.conversation))).state = ADVISER
    response = await chat.send(long_with(middle=WORRY))
    assert (response.status, (await response.json())["replies"]) == (413, [])
    assert len(await kept(parts, chat)) == 1


@pytest.mark.parametrize("length", [5_001, 7_400, 12_345, 65_000])
def test_every_word_is_whole_in_some_window(length: int) -> None:
    text = "".join(f"{number:06d} " for number in range(length))[:length]
    found = windows(text)
    assert len(found) >= 2 and all(len(one) <= WINDOW for one in found)
    for at in range(0, length - 200, 97):
        assert any(text[at : at + 200] in one for one in found)
    assert OVERLAP >= 200
