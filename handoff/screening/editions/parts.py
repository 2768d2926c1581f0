"""The parts in which a set is read and edited: a group of phrases, the look-alikes, one fixed message.

Pure: a document goes in and a document comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handoff.screening.editions import spelled
from handoff.screening.sets import MESSAGES, PHRASES, canonical, digest

Document = dict[str, Any]
_TITLES = {
    "respell": "Text-speak and misspellings",
    "fuzzy": "Words that may have a slip",
    "fillers": "Fillers",
    "keep": "Words to leave as they are",
    "emoji": "Emoji",
}
SETTINGS = ("level", "negated", "past", "mention")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its key in addresses, its lines, and what else is set for it.

    Keys: group-<id>, lookalikes, marker-<name>, slot-<name>, spelling-<name>, nearness; for a fixed message
    <kind>-<place>."""

    key: str
    title: str
    lines: tuple[str, ...]
    categories: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seen(self) -> str:
        """A mark of what it says, so that a change by somebody else meanwhile shows."""
        return digest(canonical([self.lines, self.categories, dict(self.settings)]))[:16]

    @property
    def level(self) -> str | None:
        return self.settings.get("level")


def parts(kind: str, body: str) -> dict[str, Part]:
    """Every part of a set, in the order of the set."""
    document = json.loads(body)
    found = _phrase_parts(document) if kind == PHRASES else _message_parts(document)
    return {part.key: part for part in found}


def _phrase_parts(document: Document) -> Iterator[Part]:
    phrases = document["phrases"]
    for group in phrases["groups"]:
        settings = {name: group[name] for name in SETTINGS if name in group}
        yield Part(
            f"group-{group['id']}",
            spoken(group["id"]),
            tuple(group["phrases"]),
            tuple(group["categories"]),
            settings,
        )
    yield Part("lookalikes", "Look-alikes", tuple(phrases["lookalikes"]))
    for name, lines in phrases["markers"].items():
        yield Part(f"marker-{name}", spoken(name), tuple(lines))
    for name, choices in phrases["slots"].items():
        yield Part(f"slot-{name}", f"<{name}>", tuple(split_choices(choices)))
    yield Part("nearness", "What stands near what", spelled.lines_of("nearness", phrases["nearness"]))
    for name, value in document["spelling"].items():
        yield Part(f"spelling-{name}", spoken(name), spelled.lines_of(name, value))


def _message_parts(document: Document) -> Iterator[Part]:
    for kind, entries in document["messages"].items():
        for place, entry in enumerate(entries):
            categories = tuple(entry.get("for", ()))
            yield Part(
                f"{kind}-{place}", spoken(kind), (entry["web"].strip(), entry["sms"].strip()), categories
            )


def with_part(kind: str, body: str, part: Part) -> str:
    """The set with this part put in the place of the one of the same key; a new group is added at the end."""
    document = json.loads(body)
    if kind == MESSAGES:
        name, place = part.key.split("-")
        document["messages"][name][int(place)] = _message_entry(part)
    else:
        kind, _, name = part.key.partition("-")
        if kind == "spelling":
            document["spelling"][name] = spelled.value_of(name, part.lines)
        else:
            _put_phrases(document["phrases"], part)
    return canonical(document)


def _message_entry(part: Part) -> Document:
    chosen = {"for": list(part.categories)} if part.categories else {}
    return {**chosen, "web": part.lines[0].strip() + "\n", "sms": part.lines[1].strip()}


def _put_phrases(phrases: Document, part: Part) -> None:
    kind, _, name = part.key.partition("-")
    if kind == "lookalikes":
        phrases["lookalikes"] = list(part.lines)
    elif kind == "marker":
        phrases["markers"][name] = list(part.lines)
    elif kind == "slot":
        phrases["slots"][name] = "|".join(part.lines)
    elif kind == "nearness":
        phrases["nearness"] = spelled.value_of(kind, part.lines)
    else:
        entry = {
            "id": name,
            "categories": list(part.categories),
            **part.settings,
            "phrases": list(part.lines),
        }
        places = [place for place, group in enumerate(phrases["groups"]) if group["id"] == name]
        if places:
            phrases["groups"][places[0]] = entry
        else:
            phrases["groups"].append(entry)


def with_additions(kind: str, body: str, old: str, new: str) -> str:
    """`body` with what can only help: risk phrases new since `old`, and messages for a new occasion."""
    if kind == MESSAGES:
        document = json.loads(body)
        document["messages"] = {**json.loads(new)["messages"], **document["messages"]}
        return canonical(document)
    return _with_new_phrases(body, old, new)


def _with_new_phrases(body: str, old: str, new: str) -> str:
    document = json.loads(body)
    ours, before, after = (parts(PHRASES, one) for one in (body, old, new))
    for key, part in after.items():
        if not key.startswith("group-"):
            continue
        known = set(before[key].lines if key in before else ()) | set(ours[key].lines if key in ours else ())
        added = [line for line in part.lines if line not in known]
        if added:
            base = ours.get(key) or Part(key, part.title, (), part.categories, part.settings)
            _put_phrases(document["phrases"], _lengthened(base, added))
    return canonical(document)


def _lengthened(part: Part, added: Sequence[str]) -> Part:
    return Part(part.key, part.title, (*part.lines, *added), part.categories, part.settings)


def merged(kind: str, body: str, old: str, new: str) -> str:
    """`body` with every part that `new` changed and nobody here did."""
    if kind == MESSAGES:
        return _merged_messages(body, old, new)
    ours, before, after = (parts(kind, one) for one in (body, old, new))
    for key, part in after.items():
        if before.get(key) != part and ours.get(key) == before.get(key):
            body = with_part(kind, body, part)
    return body


def _merged_messages(body: str, old: str, new: str) -> str:
    """The messages of one kind go together: by their places alone they cannot be told apart."""
    document = json.loads(body)
    ours, before, after = document["messages"], json.loads(old)["messages"], json.loads(new)["messages"]
    for name, entries in after.items():
        if ours.get(name) == before.get(name):
            ours[name] = entries
    return canonical(document)


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in one part; `settings` holds (name, before, after)."""

    part: Part
    added: tuple[str, ...]
    removed: tuple[str, ...]
    settings: tuple[tuple[str, str, str], ...]


def changes(kind: str, old: str, new: str) -> list[Change]:
    """Every part that differs between two sets, in the order of the new one and then of the old."""
    before, after = parts(kind, old), parts(kind, new)
    nothing = Part("", "", ())
    pairs = [(before.get(key, nothing), part) for key, part in after.items()]
    pairs += [(part, Part(part.key, part.title, ())) for key, part in before.items() if key not in after]
    return [_change(was, now) for was, now in pairs if was != now]


def _change(was: Part, now: Part) -> Change:
    names = dict.fromkeys([*was.settings, *now.settings])
    settings = [(name, _shown(was.settings.get(name)), _shown(now.settings.get(name))) for name in names]
    settings.append(("categories", ", ".join(was.categories), ", ".join(now.categories)))
    return Change(
        now,
        tuple(line for line in now.lines if line not in was.lines),
        tuple(line for line in was.lines if line not in now.lines),
        tuple(one for one in settings if one[1] != one[2]),
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def spoken(name: str) -> str:
    """ "hit_at_home" -> "Hit at home"; a few have a better title."""
    return _TITLES.get(name) or name.replace("_", " ").capitalize().replace("Fgm", "FGM")


def split_choices(written: str) -> list[str]:
    """ "mum|step (dad|mum)" -> ["mum", "step (dad|mum)"]: bars inside brackets stay."""
    out, depth = [""], 0
    for char in written:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            out.append("")
        else:
            out[-1] += char
    return out
