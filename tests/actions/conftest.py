"""A stand-in for handoff, and a person who talks to the real actions through Rasa's own types."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.check_in import ValidateCheckInForm
from actions.handoff_client import handoff
from actions.registration import ValidateRegisterForm
from tests.actions.stub_handoff import TOKEN, StubHandoff

Message = dict[str, Any]
CONVERSATION = "6f1c0a5e-0000-4000-8000-000000000001:1"


@pytest.fixture
async def stub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubHandoff]:
    """Handoff's internal API, with the actions pointed at it."""
    served = StubHandoff()
    async with served.serving() as port:
        monkeypatch.setenv("INTERNAL_PORT", str(port))
        monkeypatch.setenv("INTERNAL_TOKEN", TOKEN)
        handoff.cache_clear()
        yield served
        await handoff().close()
        handoff.cache_clear()


class Person:
    """Says things to an action; keeps slots and the last reply as Rasa would."""

    def __init__(self) -> None:
        self.slots: dict[str, Any] = {}
        self.events: list[Message] = []
        self.followed_by: list[str] = []
        self._ids = itertools.count(1)

    async def says(self, action: Any, text: str, intent: str = "lost", **parsed: Any) -> list[str]:
        """What the action replies: response names, and "answer <slug>" for an answer."""
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": parsed.pop("confidence", 0.9)},
            "entities": [{"entity": e, "value": parsed[e]} for e in ("topic", "also") if e in parsed],
            "topic_ranking": parsed.get("topic_ranking", []),
            "metadata": {
                "message_id": parsed.get("message_id", f"m{next(self._ids)}"),
                "context": parsed.get("context", {}),
            },
        }
        self.events.append({"event": "user", **message})
        tracker = Tracker(CONVERSATION, self.slots, message, self.events, False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        for event in await action.run(dispatcher, tracker, {}):
            if event["event"] == "followup":
                self.followed_by.append(event["name"])
            else:
                self.slots[event["name"]] = event["value"]
        self.heard = dispatcher.messages
        self.events += [
            {
                "event": "bot",
                "metadata": {"utter_action": m["response"]},
                "data": {"custom": m["custom"] or None},
            }
            for m in dispatcher.messages
        ]
        return [_shown(message) for message in dispatcher.messages]


def _shown(message: Message) -> str:
    custom = message["custom"]
    if not custom:
        return str(message["response"]).removeprefix("utter_")
    return (
        f"answer {custom['answer']}" if custom["kind"] == "answer" else f"{custom['kind']} {custom['text']}"
    )


@pytest.fixture
def person() -> Person:
    """Someone with nothing said yet."""
    return Person()


@pytest.fixture
def register(person: Person, stub: StubHandoff) -> Callable[..., Any]:
    """Say something to the registration form, which `await register("...")` opens with its first message."""

    async def say(text: str, intent: str = "lost", **parsed: Any) -> list[str]:
        return await person.says(ValidateRegisterForm(), text, intent, **parsed)

    return say


@pytest.fixture
def check_in(person: Person, stub: StubHandoff) -> Callable[..., Any]:
    """Say something to the check-in, which `await check_in("...")` opens with its first message."""

    async def say(text: str, intent: str = "lost", **parsed: Any) -> list[str]:
        return await person.says(ValidateCheckInForm(), text, intent, **parsed)

    return say
