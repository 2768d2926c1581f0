"""Plays a scripted young person through a registration, on either channel, answering whatever is asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.end_to_end.people import Person, Phone, eventually

ROOT = Path(__file__).parents[2]
MOST_TURNS = 40
ABOUT = {
    **{"not_a_name": "name", "not_a_postcode": "postcode", "not_a_contact": "contact"},
    "which_contact": "contact",
    **{
        "not_yes_or_no": "jobcentre_permission",
        "which_care": "care_status",
        "not_a_care_status": "care_status",
    },
}
"""The question that a refusal asks again; every other one is about the date of birth."""
OF_A_CHECK_IN = ("doing", "known", "wants", "in_the_way")
WORDED = {"borough": "in my list", "ground": "main reason", "ground by text": "Why do you need to claim"}
ENDS = {
    "registered": "Your reference is",
    "saved": "Your come-back code is",
    "deleted": "I've deleted what you told me",
    "person": "sort the postcode out",
}


@dataclass
class Played:
    """What became of a persona: how it ended, what was asked (each once), and all that was said to them."""

    end: str = "nothing"
    asked: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class Script:
    """What a persona says to each question."""

    def __init__(self, persona: Mapping[str, Any], usual: Mapping[str, str]) -> None:
        said = {question: list(texts) for question, texts in (persona.get("says") or {}).items()}
        usual = {**usual, "name": persona.get("name", usual["name"])}
        self._said, self._usual = defaultdict(list, said), usual
        self._last: dict[str, str] = {}

    def reply(self, question: str) -> str:
        """The next thing said to a question; what was said last is said again."""
        if self._said[question]:
            self._last[question] = self._said[question].pop(0)
        text = self._last.get(question) or self._usual[question]
        return re.sub(r"\{(\w+):(\d+)(?::(\w+))?\}", _when, text)


def _when(found: re.Match[str]) -> str:
    day = date.today() - timedelta(days=int(found[2]) * 365 + int(found[2]) // 4 + 200)
    if found[1] == "year":
        return str(day.year)
    return f"{day:%d/%m/%Y}" if found[3] == "slashes" else f"{day.day} {day:%B %Y}"


def personas() -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Everyone, and what is said as usual."""
    read = yaml.safe_load((Path(__file__).parent / "personas.yml").read_text("utf-8"))
    return read["personas"], read["usual"]


def prompts() -> dict[str, str]:
    """The beginning of each question's words, in either channel, and which question it is."""
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    known = {words: name.removesuffix(" by text") for name, words in WORDED.items()}
    for name, [variant] in responses.items():
        kind, _, what = name.removeprefix("utter_").partition("_")
        if (kind not in ("prompt", "problem") and name != "utter_no_phone") or what in OF_A_CHECK_IN:
            continue
        about = "contact" if name == "utter_no_phone" else what
        if kind == "problem":
            about = ABOUT.get(what, "date_of_birth")
        for words in (variant["custom"].get("text"), variant["custom"].get("sms")):
            if words:
                known[words.partition("{")[0][:45]] = about
    return known


def question_in(texts: list[str], known: Mapping[str, str]) -> str | None:
    """The question asked last."""
    for text in reversed(texts):
        for words, name in known.items():
            if words in text:
                return name
    return None


def end_in(texts: list[str], answers: list[str | None], kinds: list[str]) -> str | None:
    """How it ended, once it has."""
    if "safety" in kinds:
        return "safety"
    sent = next((slug for slug in answers if slug and slug.startswith("signpost-")), None)
    said = "\n".join(texts)
    return sent or next((end for end, words in ENDS.items() if words in said), None)


async def play_in_chat(person: Person, persona: Mapping[str, Any], usual: Mapping[str, str]) -> Played:
    script, known, played = Script(persona, usual), prompts(), Played()
    text = str(persona["opens"])
    for _ in range(MOST_TURNS):
        replies = await person.say(text)
        texts = [reply["text"] for reply in replies]
        played.heard += texts
        kinds, slugs = [reply["kind"] for reply in replies], [reply["answer"] for reply in replies]
        if end := end_in(texts, slugs, kinds):
            played.end = end
            return played
        question = question_in([r["text"] for r in replies if r["kind"] == "prompt"], known)
        if question is None:
            played.end = f"nothing asked after {text!r}: {texts}"
            return played
        _note(played, question)
        text = script.reply(question)
    return played


SIGNPOSTS = {
    "signpost-under-16": "so I can't register you yet",
    "signpost-18-plus": "at 18 or over",
    "signpost-other-area": "outside the area",
    "signpost-in-care": "While you're in care",
    "signpost-care-leaver": "If you've left care",
}


async def play_by_text(
    phone: Phone, persona: Mapping[str, Any], usual: Mapping[str, str], seen: int = 0
) -> Played:
    """`seen`: how many texts the phone has got before."""
    script, known, played = Script(persona, usual), prompts(), Played()
    text = str(persona["opens"])

    def settled(texts: list[str]) -> bool:
        new = texts[seen:]
        return bool(_text_end(new) or question_in(new[-1:], known))

    for _ in range(MOST_TURNS):
        await phone.text(text)
        texts = await eventually(phone.got, settled)
        new, seen = texts[seen:], len(texts)
        played.heard += new
        if end := _text_end(new):
            played.end = end
            return played
        question = str(question_in(new[-1:], known))
        assert len(new[-1]) <= 160, new[-1]
        _note(played, question)
        text = script.reply(question)
    return played


def _text_end(texts: list[str]) -> str | None:
    said = "\n".join(texts)
    kinds = ["safety"] if "999" in said and "register" not in said else []
    slug = next((slug for slug, words in SIGNPOSTS.items() if words in said), None)
    return end_in(texts, [slug], kinds)


def _note(played: Played, question: str) -> None:
    if question not in played.asked:
        played.asked.append(question)
