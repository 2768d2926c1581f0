"""What a tracker tells an action: the message, what it was taken for, and what was said last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker


@dataclass(frozen=True)
class Said:
    """A message as understood. `ranking` is (topic, confidence), likeliest first.

    `language` is the code of the other language that it asks for, or is in (then it is `foreign`);
    `also` is the second topic of a message that asks two things; `doing` is the code of what they said,
    here or earlier, that they are doing now; `neet` is what handoff heard of their being out of learning
    and work ({heard, first, when}, {heard, offer} or {heard, said_no}).
    """

    text: str
    intent: str
    topic: str | None
    tapped: bool
    ranking: tuple[tuple[str, float], ...]
    language: str | None = None
    foreign: bool = False
    also: str | None = None
    doing: str | None = None
    neet: dict[str, Any] | None = None

    @classmethod
    def of(cls, tracker: Tracker) -> Said:
        """The message that a tracker is answering."""
        message: dict[str, Any] = tracker.latest_message
        intent = message.get("intent") or {}
        entities = {entity["entity"]: entity["value"] for entity in message.get("entities") or ()}
        ranking = tuple((one["topic"], one["confidence"]) for one in message.get("topic_ranking") or ())
        topic = entities.get("topic")
        text, name = (message.get("text") or "").strip(), intent.get("name") or ""
        context = (message.get("metadata") or {}).get("context") or {}
        tapped = topic is not None and (context.get("choice") or {}).get("answer") == topic
        language, foreign = context.get("language"), bool(context.get("foreign"))
        doing = (context.get("facts") or {}).get("activity")
        also, neet = entities.get("also"), context.get("neet")
        return cls(text, name, topic, tapped, ranking, language, foreign, also, doing, neet)

    def likeliest(self, at_least: float) -> str | None:
        """The topic it is most likely about, if likely enough."""
        if self.topic:
            return self.topic
        return next((topic for topic, confidence in self.ranking if confidence >= at_least), None)


def last_uttered(tracker: Tracker, turns_back: int = 1) -> set[str]:
    """Names of the responses given in the turn before this one, or in the last few."""
    names: set[str] = set()
    turns = 0
    for event in reversed(tracker.events):
        if event["event"] == "user":
            turns += 1
            if turns > turns_back:
                break
        elif event["event"] == "bot" and turns:
            names.add((event.get("metadata") or {}).get("utter_action") or "")
    return names


def answered_before(tracker: Tracker) -> set[str]:
    """The answers (slugs) given in the turn before this one."""
    slugs: set[str] = set()
    turns = 0
    for event in reversed(tracker.events):
        if event["event"] == "user":
            turns += 1
            if turns > 1:
                break
        elif event["event"] == "bot" and turns:
            custom = (event.get("data") or {}).get("custom") or {}
            if custom.get("kind") == "answer":
                slugs.add(custom["answer"])
    return slugs
