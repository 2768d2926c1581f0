"""The wording of an answer as an editor changes it: what is wrong with it, and how it will look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from handoff.content import seed
from handoff.content.areas import Area
from handoff.content.checks import MAX_NEXT, VARIED, lies_ahead
from handoff.content.facts import Facts, fill
from handoff.content.live import web_html, words_in
from handoff.content.markdown import to_text
from handoff.content.model import Revision
from handoff.content.reading import Reading, read_over
from handoff.content.sums import written_out
from handoff.errors import TooLong, Unprocessable
from handoff.sms.gsm7 import parts, septets, to_gsm7, unmappable

LONGEST = {
    "title": 120,
    "web": 20_000,
    "sms": 5_000,
    "differs": 500,
    "source_name": 200,
    "source_url": 500,
    "source_checked": 10,
    "review": 10,
    "slug": 64,
    "goes_to": 64,
    "next": 300,
    "examples": 40_000,
}
LABELS = {
    "title": "Title",
    "web": "Web chat",
    "sms": "Text message",
    "differs": "Why it may differ",
    "source_name": "Source",
    "source_url": "Source address",
    "source_checked": "Source checked",
    "review": "Review by",
    "next": "Next steps",
    "examples": "Ways people ask this",
    "areas_text": "Words for one area",
    "goes_to": "People get instead",
}
"""What pages call each of them, and what is different in each area."""
_AREA = re.compile(r"[a-z][a-z-]{0,63}")
_BETWEEN = re.compile(r"[\s,]+")


@dataclass(frozen=True)
class Wording:
    """What an editor may change, as typed: `source_checked` and `review` are dates such as 2026-11-22, `next`
    holds slugs and `examples` one question a line; `areas` has the texts that one area has of its own. A
    withdrawn answer `goes_to` another. Whose words they are, `slug`, nobody changes.
    """

    title: str = ""
    web: str = ""
    sms: str = ""
    differs: str = ""
    source_name: str = ""
    source_url: str = ""
    source_checked: str = ""
    review: str = ""
    next: str = ""
    examples: str = ""
    slug: str = ""
    goes_to: str = ""
    areas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def areas_text(self) -> str:
        """What is different in each area, to compare."""
        return "\n\n".join(
            f"{area.replace('-', ' ').title()}, {LABELS.get(name, name).lower()}: {text}"
            for area, texts in sorted(self.areas.items())
            for name, text in texts.items()
        )

    @property
    def said(self) -> dict[str, list[str]]:
        """Every text that people may be sent, by field."""
        texts = {name: [getattr(self, name)] for name in ("title", "web", "sms", "differs")}
        return texts | {"areas": [text for own in self.areas.values() for text in own.values()]}

    @property
    def steps(self) -> list[str]:
        return [slug for slug in _BETWEEN.split(self.next) if slug]

    @property
    def questions(self) -> list[str]:
        """The example questions, without the lines that are empty."""
        return list(numbered(self.examples).values())

    @property
    def tidied(self) -> Wording:
        """The same without empty lines and places, as it would be kept."""
        return replace(self, next="\n".join(self.steps), examples="\n".join(self.questions))

    @classmethod
    def of(cls, revision: Revision) -> Wording:
        source = revision.source
        return cls(
            revision.title,
            revision.web,
            revision.sms,
            revision.differs or "",
            source["name"],
            source["url"],
            source["checked"],
            revision.review_on.isoformat(),
            "\n".join(revision.next),
            "\n".join(revision.examples),
            revision.slug,
            revision.goes_to or "",
            revision.areas,
        )

    @property
    def overlong(self) -> dict[str, tuple[int, int]]:
        """What no answer could hold: its characters and how many it may have, by the name of its box."""
        texts = {name: getattr(self, name) for name in LONGEST}
        texts |= {f"{name}@{area}": text for area, own in self.areas.items() for name, text in own.items()}
        boxes = ((box, len(text), LONGEST[box.partition("@")[0]]) for box, text in texts.items())
        return {box: (has, most) for box, has, most in boxes if has > most}

    @classmethod
    def read(cls, given: Mapping[str, Any], usual: Wording) -> Wording:
        """The wording as `typed`; TooLong for what no answer could hold."""
        read = cls.typed(given, usual)
        for box, (_, most) in read.overlong.items():
            raise TooLong("too_long", f"{box} may have {most:,} characters at most.", field=box)
        return read

    @classmethod
    def typed(cls, given: Mapping[str, Any], usual: Wording) -> Wording:
        """The wording in a form or a JSON object, however long; a field that is not there stays as it was.

        Unprocessable for what is no text.
        """
        given = {**given, "next": _chosen(given)} if "next_1" in given else given
        texts = [one.name for one in fields(cls) if one.name != "areas"]
        read = {name: _text(given.get(name, getattr(usual, name)), name) for name in texts}
        areas = _own(given, usual.areas)
        return cls(**read | {"slug": usual.slug or read["slug"]}, areas=areas)

    def put_into(self, revision: Revision) -> None:
        """Raises Unprocessable when the review date is none."""
        revision.title, revision.web, revision.sms = self.title, self.web, self.sms
        revision.differs = self.differs or None
        revision.source = {
            "name": self.source_name,
            "url": self.source_url,
            "checked": self.source_checked,
        }
        revision.next, revision.examples = self.steps, self.questions
        revision.goes_to = self.goes_to or None
        revision.areas = {area: dict(texts) for area, texts in self.areas.items()}
        review_on = _date(self.review)
        if review_on is None:
            raise Unprocessable("bad_date", "Review must be a date such as 2027-03-01.", field="review")
        revision.review_on = review_on


@dataclass(frozen=True)
class Preview:
    """An answer as a person in one area will get it; `sums` are hints on those that are written out."""

    html: str
    sms: str
    parts: int
    places: int | None
    strange: list[str]
    problems: dict[str, list[str]]
    reading: dict[str, Reading]
    sums: dict[str, list[str]]


def numbered(text: str, first: int = 1) -> dict[int, str]:
    """The lines of a box that are not empty, each by its number as whoever writes there counts it."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return {number: line for number, line in enumerate(lines, first) if line}


def problems(wording: Wording, facts: Facts) -> dict[str, list[str]]:
    """What keeps the wording from being published, by field: the shipped answers pass the same checks."""
    source = {
        "name": wording.source_name,
        "url": wording.source_url,
        "checked": _date(wording.source_checked),
    }
    said: dict[str, Any] = {"source": source, "review": _date(wording.review), "areas": wording.areas}
    said |= {name: getattr(wording, name) for name in ("slug", "title", "web", "sms", "differs", "goes_to")}
    return seed.problems(said | {"next": wording.steps, "examples": wording.questions}, facts)


def told_ahead(wording: Wording, day: date) -> dict[str, list[str]]:
    """What is wrong, by field, with a source that somebody is said to have read after `day`."""
    checked = _date(wording.source_checked)
    told = lies_ahead(checked, day) if checked else None
    return {"source": [told]} if told else {}


def preview(wording: Wording, area: Area, facts: Facts, day: date) -> Preview:
    """How the wording reads in an area on a day, and what is wrong with it anywhere."""
    words = facts.on(area, day)
    web, sms = words_in(area, wording.web, wording.sms, wording.areas)
    sms = fill(sms, words)
    strange = unmappable(sms)
    return Preview(
        html=web_html(web, wording.differs, words),
        sms=to_gsm7(sms),
        parts=parts(sms),
        places=None if strange else septets(sms),
        strange=strange,
        problems=problems(wording, facts),
        reading={"web": read_over(to_text(web, words)), "sms": read_over(sms)},
        sums=written_out(wording.said, facts, day),
    )


def _own(given: Mapping[str, Any], usual: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The texts of one area each: boxes "web@lambeth" of a form, or an object `areas` of JSON that replaces
    them all. A text that is empty is the one of everywhere."""
    areas = given.get("areas")
    if areas is not None and not _is_texts_by_area(areas):
        raise Unprocessable("bad_field", "areas must be {area: {web, sms}}.", field="areas")
    made = {area: dict(texts) for area, texts in (usual if areas is None else areas).items()}
    for box, text in given.items():
        name, at, area = box.partition("@")
        if at and name in VARIED and _AREA.fullmatch(area):
            made.setdefault(area, {})[name] = text
    kept = {area: {name: _text(text, name) for name, text in own.items()} for area, own in made.items()}
    kept = {area: {name: text for name, text in own.items() if text} for area, own in kept.items()}
    return {area: own for area, own in kept.items() if own}


def _is_texts_by_area(areas: object) -> bool:
    if not isinstance(areas, dict) or not all(isinstance(own, dict) for own in areas.values()):
        return False
    return all(own.keys() <= VARIED.keys() and _AREA.fullmatch(area) for area, own in areas.items())


def _chosen(given: Mapping[str, Any]) -> str:
    """The next steps as a form has them: a box each."""
    return "\n".join(str(given.get(f"next_{place}", "")) for place in range(1, MAX_NEXT + 1))


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise Unprocessable("bad_field", f"{name} must be a text.", field=name)
    return value.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode().strip()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
