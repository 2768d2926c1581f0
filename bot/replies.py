"""What a turn said, read back from the tracker's events: so a repeat gets the same as the first answer."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import ActiveLoop, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.decision import NONSENSE, NOT_UNDERSTOOD, RANKED

Reply = dict[str, Any]
TELLS = {
    *("utter_neet_passed", "utter_at_risk_passed", "utter_neet_known", "utter_check_in_passed"),
    *("utter_person_requested", "utter_person_requested_interpreter", "utter_person_waiting"),
    *("utter_other_language_waiting", "utter_adviser_wanted"),
}
"""The responses that say that an adviser is in touch: whoever was given one need not be told by handoff."""
OFFERED_TOPICS = "$topics"
RECENT = 3
"""Messages; what was answered before them is not what a follow-up is about."""


def find_turn(tracker: DialogueStateTracker, message_id: str) -> int | None:
    """Where the person's message with this id is in the tracker's events, or None."""
    for index, event in enumerate(tracker.events):
        if isinstance(event, UserUttered) and (event.metadata or {}).get("message_id") == message_id:
            return index
    return None


def was_lost(tracker: DialogueStateTracker) -> bool:
    """Whether the last message was not understood; a form's answer ("SW2 1RW") is no question, so never."""
    last = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    if last is None or last.metadata.get("form"):
        return False
    return last.intent_name in NOT_UNDERSTOOD or last.intent_name == NONSENSE


def last_topic(tracker: DialogueStateTracker) -> str | None:
    """What was answered last, within the last RECENT messages; not what only started a form."""
    turns, form_started = 0, False
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            turns, form_started = turns + 1, False
            if turns == RECENT:
                return None
        elif isinstance(event, ActiveLoop) and event.name:
            form_started = True
        elif isinstance(event, BotUttered) and not form_started:
            custom = (event.data or {}).get("custom") or {}
            # The second of two answers has words for a text, where it is only offered; the first counts.
            if custom.get("kind") == "answer" and not custom.get("sms"):
                return str(custom["answer"])
    return None


def describe_turn(tracker: DialogueStateTracker, index: int) -> dict[str, Any]:
    """The channel's answer for the turn starting at `index`: replies, what was understood, the open form."""
    events = list(tracker.events)
    end = _end_of_turn(events, index)
    message = events[index]
    ranking = (message.parse_data or {}).get("topic_ranking") or []
    uttered = [event for event in events[index:end] if isinstance(event, BotUttered)]
    return {
        "replies": [_reply(event, ranking) for event in uttered],
        "understood": _understood(message, ranking),
        "form": _open_form(events[:end]),
    }


def _end_of_turn(events: list[Event], index: int) -> int:
    following = range(index + 1, len(events))
    return next((at for at in following if isinstance(events[at], UserUttered)), len(events))


def _open_form(events: list[Event]) -> str | None:
    return next((event.name for event in reversed(events) if isinstance(event, ActiveLoop)), None)


def _understood(message: UserUttered, ranking: list[dict[str, Any]]) -> dict[str, Any]:
    topics = [entity["value"] for entity in message.entities if entity.get("entity") == "topic"]
    return {
        "intent": message.intent_name,
        "topic": topics[0] if topics else None,
        "confidence": (message.intent or {}).get("confidence", 0.0),
        "ranking": [
            {"topic": topic["topic"], "confidence": topic["confidence"]} for topic in ranking[:RANKED]
        ],
    }


def _reply(event: BotUttered, ranking: list[dict[str, Any]]) -> Reply:
    custom = (event.data or {}).get("custom") or {}
    reply = {
        "kind": custom.get("kind", "talk"),
        "answer": custom.get("answer"),
        "text": custom.get("text", event.text),
        "sms": custom.get("sms"),
        "choices": _choices(custom, ranking),
    }
    tells = {"tells": True} if (event.metadata or {}).get("utter_action") in TELLS else {}
    return reply | tells | {name: custom[name] for name in ("language", "council") if name in custom}


def _choices(custom: dict[str, Any], ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = custom.get("choices") or []
    if named == OFFERED_TOPICS:
        # Without words: handoff shows each answer's live title.
        named = [{"text": None, "answer": topic["topic"]} for topic in ranking[:RANKED]]
    more = custom.get("more") or []
    kept = {choice.get("answer") for choice in more} - {None}
    offered = [*(choice for choice in named if choice.get("answer") not in kept), *more]
    return [{"text": choice["text"], "answer": choice.get("answer")} for choice in offered]
