"""Where the registration form stands in Rasa, and how it says things: one slot, no answers in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff_client import Turn
from actions.neet import say_what_was_not_told

SLOT, REQUESTED = "registration", "requested_slot"
Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where a registration stands: the fields answered, how often in a row the open question was not, the
    come-back code whose date of birth is asked for, what was heard of leaving learning meanwhile, where a
    doubted answer would send them (the answer, and the council it names), whether any answer was changed."""

    given: tuple[str, ...] = ()
    misses: int = 0
    code: str | None = None
    untold: str | None = None
    elsewhere: tuple[str, str | None] | None = None
    corrected: bool = False

    @classmethod
    def of(cls, tracker: Tracker) -> Place:
        kept = tracker.get_slot(SLOT) or {}
        return cls(**{**kept, "given": tuple(kept.get("given", ()))})

    def missed(self) -> Place:
        return replace(self, misses=self.misses + 1)

    def answered(self) -> Place:
        return replace(self, misses=0)

    def with_given(self, given: Iterable[str]) -> Place:
        return replace(self, given=tuple(given))


class Talk:
    """Says responses and keeps the place."""

    place: Place

    def __init__(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        self.dispatcher, self.turn = dispatcher, turn

    def ask(self, what: str) -> Events:
        """Ask a question that is a response, and wait for its answer."""
        self.say(f"utter_prompt_{what}")
        return self.keep(what)

    def say(self, response: str, **filled: Any) -> None:
        self.dispatcher.utter_message(response=response, **filled)

    def keep(self, requested: str) -> Events:
        """The place in the form: what is answered, and what is asked now."""
        return [SlotSet(SLOT, asdict(self.place)), SlotSet(REQUESTED, requested)]

    async def end(self) -> Events:
        """Rasa closes the form when no question is open; the next registration starts empty."""
        await say_what_was_not_told(self.dispatcher, self.turn, self.place.untold)
        return [SlotSet(SLOT, None), SlotSet(REQUESTED, None)]
