"""People who ask what no answer meets, and what editors see of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from sqlalchemy import delete, select

from handoff.app import Parts
from handoff.content.model import ReleaseItem, Revision
from handoff.suggestions.model import Unmet
from handoff.suggestions.routes import READING
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa, Reply, answer

HERE = "/staff/answers/suggestions"
FEW = {"ema", "free-meals", "travel", "cv"}
SORRY: Reply = {"kind": "fallback", "text": "Sorry, I didn't get that."}
ZIP = [
    "how do i get a zip card for the bus",
    "can i get a zip card for the bus",
    "can i get a zip card for bus",
]
LICENCE = [
    "how do i get a provisional licence",
    "how can i get my provisional licence",
    "can i get a provisional licence",
]


@dataclass(frozen=True)
class People:
    """Everybody who writes in a test; each question comes from somebody else."""

    client: TestClient[Any, Any]
    rasa: FakeRasa
    parts: Parts

    async def ask(
        self, words: str, area: str | None = "camden", *, intent: str = "lost", reply: Reply = SORRY
    ) -> Chat:
        """Somebody asks this, and is not understood."""
        chat = await make_chat(self.client, area)
        await self.ask_more(chat, words, intent=intent, reply=reply)
        return chat

    async def ask_more(
        self, chat: Chat, words: str, *, intent: str = "lost", reply: Reply = SORRY, topic: str | None = None
    ) -> int:
        """The seq of the reply."""
        self.rasa.intent, self.rasa.script[words] = intent, [reply]
        self.rasa.more = {
            "topic": topic,
            "ranking": [{"topic": slug, "confidence": 0.3} for slug in ("cv", "ema")],
        }
        return int((await chat.say(words))[-1]["seq"])

    async def ask_all(self, questions: Sequence[str], area: str | None = "camden") -> list[Chat]:
        return [await self.ask(words, area) for words in questions]

    async def say_no(self, words: str, slug: str, area: str | None = "camden") -> Chat:
        """Somebody gets this answer and says that it did not help."""
        chat = await make_chat(self.client, area)
        seq = await self.ask_more(chat, words, intent="faq", reply=answer(slug))
        body = {"helped": False}
        path = f"/api/chat/messages/{seq}/helped"
        assert (await self.client.post(path, json=body, headers=chat.headers)).status == 200
        return chat

    async def are_read(self) -> None:
        """Half an hour later the service has taken it all in."""
        self.parts.clock.move(timedelta(minutes=30))
        await self.client.app[READING].look()

    async def kept(self) -> list[Unmet]:
        async with self.parts.db.reading() as session:
            return list((await session.execute(select(Unmet).order_by(Unmet.at))).scalars())


async def leave_few_answers(parts: Parts) -> None:
    """Of the live answers four, with a few questions each: reading all of them takes half a minute."""
    async with parts.db.transaction() as session:
        await session.execute(delete(ReleaseItem).where(ReleaseItem.slug.not_in(FEW)))
        for one in (await session.execute(select(Revision).where(Revision.slug.in_(FEW)))).scalars():
            one.examples = one.examples[:12]
    await parts.content.reload()


def forms(shown: str, name: str) -> list[str]:
    """The addresses of a page's forms of one kind, in their order."""
    return list(dict.fromkeys(re.findall(rf'action="({HERE}/[0-9a-f-]+/{name})"', shown)))


async def the_form(colleague: Colleague, name: str) -> str:
    """Where the first group's form of that kind goes."""
    return forms(await colleague.page(HERE), name)[0]
