"""What the pages send: a part as somebody typed it, taken in whole, right or wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from handoff.bodies import form_fields
from handoff.conversations.words import normalise
from handoff.errors import TooLong
from handoff.screening.editions.parts import Part
from handoff.screening.sets import MESSAGES

NEW_GROUP = Part("group-", "New group", (), (), {"level": "urgent", "negated": "concern"})
LONGEST = 40_000
_LONGEST_LINE = 2_000


@dataclass(frozen=True)
class Typed:
    """A posted form: its single fields, and the categories that were ticked."""

    fields: Mapping[str, str]
    categories: Sequence[str]

    def text(self, name: str, most: int = _LONGEST_LINE) -> str:
        """A field without what cannot be seen; TooLong past `most` characters, and nothing is "" ."""
        value = normalise(self.fields.get(name, ""))
        if len(value) > most:
            raise TooLong("too_long", f"{name} may have {most:,} characters at most.", field=name)
        return value

    def number(self, name: str) -> int:
        """A whole number; -1 for what is none."""
        value = self.fields.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 10 else -1

    def part(self, kind: str, shown: Part) -> Part:
        """The part as typed, with the key and title of the one that was shown."""
        if kind == MESSAGES:
            said = (self.text("web", LONGEST), self.text("sms", LONGEST))
            return Part(shown.key, shown.title, said, tuple(self.categories))
        typed = self.text("lines", LONGEST).split("\n")
        lines = tuple(" ".join(line.split()) for line in typed if line.strip())
        if not shown.key.startswith("group-"):
            return Part(shown.key, shown.title, lines)
        key = shown.key if shown.key != NEW_GROUP.key else f"{NEW_GROUP.key}{self.text('key')}"
        return Part(key, shown.title, lines, tuple(self.categories), self._settings(shown))

    def _settings(self, shown: Part) -> dict[str, object]:
        """The group's settings; one that was not said before and is as if unsaid stays unsaid."""
        given: dict[str, object] = {
            "level": self.text("level"),
            "negated": self.text("negated") or "routine",
            "past": self.text("past") or None,
            "mention": "mention" in self.fields,
        }
        unsaid: dict[str, object] = {"negated": "routine", "past": None, "mention": False}
        return {
            name: value
            for name, value in given.items()
            if name in shown.settings or unsaid.get(name, "") != value
        }


async def typed(request: web.Request) -> Typed:
    """The posted form. Unprocessable `bad_form` when it cannot be read as one."""
    fields = await form_fields(request)
    form = await request.post()
    return Typed(fields, [str(value) for value in form.getall("category", [])])
