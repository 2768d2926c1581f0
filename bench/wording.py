"""Other words for an answer, with nothing to learn: from the approver's click until an open chat is answered
with them."""

from __future__ import annotations

import time

from bench.figures import Figure, main, milliseconds
from bench.learning import BURSARY, Staff, staff_at
from bench.people import Chat, client
from bench.system import wayline
from ops.console import Trouble

ROUNDS, PATIENCE_SECONDS = 12, 10
QUESTION = "How much is the 16 to 19 bursary?"


async def measure() -> list[Figure]:
    """The median and the longest of the rounds."""
    async with wayline() as system, client() as http:
        url = system.url
        async with staff_at(url, "editor.one@demo.test") as jo, staff_at(url, "editor.two@demo.test") as kit:
            chat = await Chat.open(http, url)
            seconds = [await _round(chat, jo, kit, number) for number in range(ROUNDS)]
    return [
        Figure("a wording, click to live in an open chat, p50", milliseconds(seconds, 50), "ms"),
        Figure("a wording, click to live in an open chat, longest", 1000 * max(seconds), "ms", 2_000),
    ]


async def _round(chat: Chat, jo: Staff, kit: Staff, number: int) -> float:
    begun = await jo.post(f"{BURSARY}/start")
    words = f"Wording {number}. Ask your college."
    sent = await jo.post(f"{BURSARY}/submit", version=begun["draft"]["version"], web=words, sms="Ask us.")
    click = time.perf_counter()
    await kit.post(f"{BURSARY}/approve", version=sent["draft"]["version"])
    while time.perf_counter() - click < PATIENCE_SECONDS:
        if any(reply["text"].startswith(f"Wording {number}.") for reply in await chat.say(QUESTION)):
            return time.perf_counter() - click
    raise Trouble(f"The bench's wording {number} did not go live.")


if __name__ == "__main__":
    main(measure)
