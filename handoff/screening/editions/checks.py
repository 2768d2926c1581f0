"""What is wrong with a part that somebody edits, said at the line; nothing faulty is ever kept in a draft."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime

from handoff.content.areas import Area
from handoff.screening.editions import spelled
from handoff.screening.editions.parts import Part, parts, with_part
from handoff.screening.pattern import Patterns, PhraseFault
from handoff.screening.phrases import reader
from handoff.screening.sets import MESSAGES, PHRASES
from handoff.screening.verdict import LEVELS
from handoff.screening.wordings import PLACEHOLDER, Wording, fill, fillable
from handoff.sms.gsm7 import parts as sms_parts
from handoff.sms.gsm7 import unmappable

Faults = dict[str, list[str]]
MOST_LINES, LONGEST_LINE, LONGEST_WEB, MOST_TEXTS = 600, 300, 1_500, 2
_NIGHT, _DAY = datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 5, 12, tzinfo=UTC)
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_IN_SLOT = re.compile(r"<([\w-]+)>")
_HONEST = re.compile(r"can(?:'|’)?t keep (?:this|it)(?: a)? secret|cannot keep (?:this|it)(?: a)? secret")
_REACH = re.compile(r"number[^.?!\n]*safe[^.?!\n]*\?|safe[^.?!\n]*number[^.?!\n]*\?", re.IGNORECASE)
_GRAVE = ("emergency", "urgent")
_PROMISE = re.compile(r"confidential|won(?:'|’)t tell|will not tell|between us|stays? private", re.IGNORECASE)


def faults_of(
    kind: str, body: str, part: Part, categories: Collection[str], areas: Collection[Area]
) -> Faults:
    """The faults of `part` within the set `body`, by field: lines, web, sms, categories, level, key."""
    found = _message_faults(body, part, areas) if kind == MESSAGES else _phrase_faults(body, part)
    for code in part.categories:
        if code not in categories:
            found.append(("categories", f"{code} is not a category"))
    out: Faults = {}
    for name, sentence in found:
        out.setdefault(name, []).append(sentence)
    return out


def _phrase_faults(body: str, part: Part) -> list[tuple[str, str]]:
    found = [("lines", told) for told in _line_faults(body, part)]
    if part.key.startswith("group-"):
        if not _NAME.fullmatch(part.key.removeprefix("group-")):
            found.append(("key", "the name is 2 to 40 small letters, digits and _"))
        if not part.categories:
            found.append(("categories", "choose at least one category"))
        for name in ("level", "negated"):
            if part.settings.get(name, "routine") not in LEVELS:
                found.append((name, f"{name} is one of {', '.join(LEVELS)}"))
    return found


def _line_faults(body: str, part: Part) -> Iterator[str]:
    if not part.lines:
        yield "there is nothing in it: write at least one line"
    if len(part.lines) > MOST_LINES:
        yield f"there are {len(part.lines)} lines: {MOST_LINES} at most"
        return
    fault_in = _reading(body, part)
    seen: dict[str, int] = {}
    for number, line in enumerate(part.lines, 1):
        told = f"it says the same as line {seen[line]}" if line in seen else fault_in(line)
        if told:
            yield f"line {number}: {told}"
        seen.setdefault(line, number)


def _reading(body: str, part: Part) -> Callable[[str], str | None]:
    """What says what is wrong with a line of this part."""
    document = json.loads(body)
    kind, _, name = part.key.partition("-")
    if kind in ("spelling", "nearness"):
        codes = {
            "category": [code for group in document["phrases"]["groups"] for code in group["categories"]],
            "marker": document["phrases"]["markers"],
            "level": LEVELS,
        }
        return lambda line: spelled.fault_in(name or kind, line, lambda what, code: code in codes[what])
    document = json.loads(with_part(PHRASES, body, part))
    patterns = reader(document["phrases"], document["spelling"])[1]
    return lambda line: _line_fault(patterns, part, line)


def _line_fault(patterns: Patterns, part: Part, line: str) -> str | None:
    if len(line) > LONGEST_LINE:
        return f"it has {len(line)} characters: {LONGEST_LINE} at most"
    if part.key.startswith("slot-") and f"<{part.key.removeprefix('slot-')}>" in line:
        return "it holds itself"
    try:
        patterns.add(line)
    except PhraseFault as fault:
        return str(fault)
    except RecursionError:
        return "it leads back to itself through another list of words"
    return None


def _message_faults(body: str, part: Part, areas: Collection[Area]) -> list[tuple[str, str]]:
    kind = part.key.split("-")[0]
    web, sms = part.lines
    found = [*_wording_faults("web", web), *_wording_faults("sms", sms), *_clashes(body, part)]
    if found:
        return found
    wording = Wording(frozenset(part.categories), web, sms)
    sent = [fill(wording, area, now) for area in areas for now in (_DAY, _NIGHT)]
    if len(web) > LONGEST_WEB:
        found.append(("web", f"it has {len(web):,} characters: {LONGEST_WEB:,} at most"))
    longest = max((sms_parts(one.sms) for one in sent), default=0)
    if longest > MOST_TEXTS:
        found.append(("sms", f"it takes {longest} texts in some area: {MOST_TEXTS} at most"))
    if odd := unmappable(sms):
        found.append(("sms", f"{' '.join(odd)} cannot go in a plain text"))
    for name, texts in (("web", [one.text for one in sent]), ("sms", [one.sms for one in sent])):
        found.extend((name, told) for told in _safety_faults(kind, texts))
    return [*found, *_reach_faults(kind, web, sms)]


def _reach_faults(kind: str, web: str, sms: str) -> Iterator[tuple[str, str]]:
    """How they and the duty team reach each other; of a chat nobody has a number."""
    if kind not in _GRAVE:
        return
    for name, words in (("web", web), ("sms", sms)):
        if "{duty_phone}" not in words:
            yield name, "give the duty team's number: {duty_phone}"
    if not _REACH.search(web):
        yield "web", 'ask for a number that is safe to reach them on ("Is there a number that is safe?")'


def _wording_faults(name: str, words: str) -> Iterator[tuple[str, str]]:
    if not words.strip():
        yield name, "it is empty"
    known = fillable()
    for placeholder in dict.fromkeys(PLACEHOLDER.findall(words)):
        if placeholder not in known:
            yield name, f"{{{placeholder}}} is not known: see what is filled in"
    if re.search(r"[{}]", PLACEHOLDER.sub("", words)):
        yield name, "a curly bracket is left over"


def _clashes(body: str, part: Part) -> Iterator[tuple[str, str]]:
    kind = part.key.split("-")[0]
    others = [
        one for key, one in parts(MESSAGES, body).items() if key.startswith(f"{kind}-") and key != part.key
    ]
    if not part.categories and any(not one.categories for one in others):
        yield "categories", "choose a category: another message is the one for all others"
    if part.categories and all(one.categories for one in others):
        yield "categories", "choose none: one message has to be for all others"
    taken = {code for one in others for code in one.categories}
    for code in part.categories:
        if code in taken:
            yield "categories", f"{code} is in another message of this level already"


def _safety_faults(kind: str, texts: list[str]) -> Iterator[str]:
    """What no fixed message may lack, in any area, by day or night."""
    needs: Mapping[str, str] = {"999": "say to call 999 in danger", "0800 1111": "give Childline's number"}
    for words, told in needs.items():
        if kind != "concern" and any(words not in text for text in texts):
            yield told
    if kind == "concern" and any("0800 1111" not in text for text in texts):
        yield needs["0800 1111"]
    if any(_PROMISE.search(text) for text in texts):
        yield "never promise to keep it secret or private"
    honest = all("computer" in text and _HONEST.search(text) for text in texts)
    if kind in _GRAVE and not honest:
        yield 'say "I\'m a computer" and "can\'t keep this secret"'
