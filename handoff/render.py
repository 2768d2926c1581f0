"""A reply of the bot, made ready for its channel from the live release and the area's facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from handoff.content.areas import Area
from handoff.content.facts import fill
from handoff.content.live import LiveContent
from handoff.conversations.model import SMS
from handoff.rasa import Reply
from handoff.repeating import part_for

_NUMBERS = {
    **{"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"},
    **{"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"},
    **{"1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6"},
}
_COUNTED = re.compile(
    rf"(?:(?:the|option|number|num|no|choice) )*(\d|{'|'.join(_NUMBERS)})(?: (?:one|option|please|pls))*"
)
_BETWEEN = re.compile(r"\s*(?:[,;&+/\n]|\band\b|\bn\b)\s*|(?<=\d)\s+(?=\d)", re.IGNORECASE)
_ONLY_NUMBERS = re.compile(r"\d(?:(?:[\s,;&+/.]|\band\b|\bn\b)*\d)*\W*", re.IGNORECASE)

PERSON = {"text": "Talk to a person", "answer": "talk-to-person"}
_ADVISER_CAN = 'An adviser can tell you more: say "talk to a person". Or ask me about something else.'
_OFFERED_MAY = 'One of these may say more. Or an adviser can: say "talk to a person".'


class AnswerMissing(Exception):
    """The live release has no such answer; the question goes to an adviser."""


def render(reply: Reply, content: LiveContent, area: Area, channel: str) -> dict[str, Any]:
    """What conversations.service.append needs to store this reply; raises AnswerMissing.

    An answer that comes with words for a text is the second of two: by text it is offered in those words.
    """
    if reply.kind == "answer" and reply.sms and channel == SMS:
        offer = [{"text": None, "answer": reply.answer}]
        reply = Reply("choices", text=reply.sms, sms=reply.sms, choices=offer)
    if reply.kind == "answer":
        return _answer(reply, content, area, channel)
    offered = [shown for choice in reply.choices if (shown := _choice(choice, content, area))]
    choices = list({str(one["text"]): one for one in offered}.values())  # two may lead to one answer
    text = fill(reply.text or "", area.words)
    sms = fill(reply.sms or reply.text or "", area.words)
    return {
        "text": text,
        "kind": reply.kind,
        "answer": reply.answer,
        "html": _in_language(text, reply.language) if reply.language else None,
        "choices": choices,
        "sms": with_numbers(sms, choices) if channel == SMS else None,
    }


def _in_language(text: str, language: str) -> str:
    """Words that are not English, so that they are read aloud, and from right to left, as they should be."""
    return f'<p lang="{escape(language)}" dir="auto">{escape(text)}</p>'


def _answer(reply: Reply, content: LiveContent, area: Area, channel: str) -> dict[str, Any]:
    """An answer offers its next steps as buttons; a text is whole in itself, and offers nothing unseen."""
    answer = content.answer(reply.answer or "", area, reply.council)
    if answer is None:
        raise AnswerMissing(reply.answer)
    return {
        "text": answer.text,
        "kind": "answer",
        "answer": answer.slug,
        "html": answer.html,
        "sms": answer.sms,
        "source": answer.source,
        "revision_id": answer.revision_id,
        "choices": [{"text": title, "answer": slug} for title, slug in answer.next] if channel != SMS else [],
    }


def in_short(words: dict[str, Any], title: str, asked: str, channel: str) -> dict[str, Any]:
    """The words of an answer that was the last thing said already: the part asked for, and who knows more."""
    written = words["sms"] if channel == SMS and words["sms"] else words["text"]
    part = part_for(asked, written)
    known = f'"{title}" says: {part}' if part else f'My last message, "{title}", has what I know about that.'
    offered = [choice for choice in words["choices"] if choice["answer"] != PERSON["answer"]]
    further = _OFFERED_MAY if offered else _ADVISER_CAN
    text = f"{known} {further}"
    choices = [] if channel == SMS else [PERSON, *offered]
    return {**words, "text": text, "html": None, "sms": text, "source": None, "choices": choices}


def _choice(choice: dict[str, Any], content: LiveContent, area: Area) -> dict[str, Any] | None:
    """A choice without words of its own shows its answer's live title; None when that is not live."""
    if choice.get("text"):
        return {"text": choice["text"], "answer": choice.get("answer")}
    live = content.answer(choice["answer"], area)
    return {"text": live.title, "answer": live.slug} if live else None


def with_numbers(text: str, choices: Sequence[dict[str, Any]]) -> str:
    """Choices as numbered lines, for a phone that has no buttons."""
    lines = [f"{number} {choice['text']}" for number, choice in enumerate(choices, 1)]
    return "\n".join([text, *lines]) if lines else text


def all_chosen(text: str, choices: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every choice that a message names, as `chosen` does one: "1 and 3", "2, 5"."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    found = [one for part in ([text, *parts] if len(parts) > 1 else [text]) if (one := chosen(part, choices))]
    return [one for place, one in enumerate(found) if one not in found[:place]]


def numbered(text: str, choices: Sequence[dict[str, Any]]) -> str | None:
    """The words of the choices that a message of nothing but numbers names ("1 and 3": "A job, Training")."""
    if not _ONLY_NUMBERS.fullmatch(text.strip()):
        return None
    return ", ".join(str(choice["text"]) for choice in all_chosen(text, choices)) or None


def chosen(text: str, choices: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The choice that a message names by its number ("2", "two", "the 2nd one") or its exact words."""
    said = text.strip().casefold().rstrip(".)!")
    counted = _COUNTED.fullmatch(said)
    meant = _NUMBERS.get(counted[1], counted[1]) if counted else said
    for number, choice in enumerate(choices, 1):
        if meant == str(number) or said == choice["text"].casefold().rstrip(".)!"):
            return choice
    return None
