"""The phrase screen: data/screening/phrases.yml applied to a message, with negation, history and look-alikes.

The whole text is read in one pass whose time grows only with its length, so no window can hide words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from handoff.screening.pattern import END, START, Hit, Patterns, PhraseFault
from handoff.screening.sets import PHRASES, digest, read_set
from handoff.screening.verdict import LEVELS, Finding, Level, rank
from handoff.screening.words import Spelling, Word

_NEGATORS = frozenset({"not", "never"})
_FIRST_PERSON = frozenset({"i", "me", "my", "myself", "we", "us"})
_BETWEEN = frozenset(
    "want wanting going go to be being feel feeling trying try planning plan thinking think about of ever "
    "would will am having have had any a get getting intending intend considering".split()
)
_BEFORE_MESSAGES, _BEFORE_WORDS, _QUESTION_WORDS = 3, 80, 24
_MOST_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that mean the same to triage."""

    id: str
    level: Level
    categories: tuple[str, ...]
    negated: Level
    past: str | None
    mention: bool


@dataclass(frozen=True, slots=True)
class Nearness:
    """A category heard within `within` words of a marker rises to `level`."""

    categories: frozenset[str]
    marker: str
    within: int
    level: Level


@dataclass(slots=True)
class _Heard:
    """What matched in a message; positions count from its first word, context before it is negative."""

    words: list[Word]
    risks: list[tuple[Group, Hit]] = field(default_factory=list)
    masks: list[Hit] = field(default_factory=list)
    markers: dict[str, list[Hit]] = field(default_factory=dict)

    def near(self, marker: str, hit: Hit, before: int, after: int) -> bool:
        return any(
            m.end >= hit.start - before and m.start <= hit.end + after for m in self.markers.get(marker, ())
        )

    def said_alone(self, level: Level) -> bool:
        """Whether this message says as much by itself, so that joining it to the one before adds nothing."""
        return any(hit.start >= 0 and rank(group.level) >= rank(level) for group, hit in self.risks)

    def has(self, *markers: str) -> bool:
        return all(self.markers.get(marker) for marker in markers)


class PhraseScreen:
    """Screens messages with one version of the phrases; build with `load`."""

    def __init__(self, document: Mapping[str, Any], spelling: Mapping[str, Any], version: str) -> None:
        """Compiles the phrases. Raises PhraseFault naming every bad entry."""
        self.version = version
        self._spelling, self._patterns = reader(document, spelling)
        self._meaning: list[Group | str | None] = []
        self._faults: list[str] = []
        self._nearness = [_nearness(entry) for entry in document["nearness"]]
        self._take_in(document)
        if self._faults:
            raise PhraseFault("; ".join(self._faults))
        self._spelling.learn(self._patterns.vocabulary())

    @classmethod
    def of(cls, body: str) -> PhraseScreen:
        """Compiles the body of a set (sets.py); its hash is the version."""
        documents = json.loads(body)
        return cls(documents["phrases"], documents["spelling"], digest(body)[:16])

    @classmethod
    def load(cls, folder: Path) -> PhraseScreen:
        """The same of phrases.yml and spelling.yml in `folder`, sealed or not."""
        return cls.of(read_set(PHRASES, folder))

    def screen(self, text: str, before: Sequence[str] = (), question: str | None = None) -> list[Finding]:
        """Findings in `text`, alone, after the bot's `question`, and on from the messages `before` it."""
        words = self._spelling.words(text)
        asked = [word.text for word in self._spelling.words(question or "")][-_QUESTION_WORDS:]
        heard = _Heard(words)
        self._scan(heard, [*asked, START], words, [END])
        if before and words:
            recent = before[-_BEFORE_MESSAGES:]
            earlier = [word.text for message in recent for word in self._spelling.words(message)]
            self._scan(heard, earlier[-_BEFORE_WORDS:], words, [])
        return self._findings(text, heard)

    def plain(self, text: str) -> list[str]:
        """The words of `text` as phrases see them (for trying a phrase out)."""
        return [word.text for word in self._spelling.words(text)]

    def _take_in(self, document: Mapping[str, Any]) -> None:
        for phrase in document["lookalikes"]:
            self._add(phrase, None)
        for marker, phrases in document["markers"].items():
            for phrase in phrases:
                self._add(phrase, str(marker))
        for entry in document["groups"]:
            group = _group(entry)
            for phrase in entry["phrases"]:
                self._add(phrase, group)

    def _add(self, phrase: str, meaning: Group | str | None) -> None:
        try:
            self._patterns.add(phrase)
        except PhraseFault as fault:
            self._faults.append(str(fault))
        else:
            self._meaning.append(meaning)

    def _scan(self, heard: _Heard, lead: list[str], words: list[Word], tail: list[str]) -> None:
        texts = [*lead, *(word.text for word in words), *tail]
        first = len(lead)
        told: set[int] = set()
        risks: list[tuple[int, Group, int]] = []
        for number, end in self._patterns.ends(texts):
            meaning = self._meaning[number]
            if isinstance(meaning, Group):
                risks.append((number, meaning, end))
                continue
            hit = _moved(self._patterns.find(number, texts, end, longest=meaning is None), first)
            (heard.masks if meaning is None else heard.markers.setdefault(meaning, [])).append(hit)
        for number, group, end in risks:
            if number in told and end > first:
                continue
            hit = _moved(self._patterns.find(number, texts, end), first)
            if self._masked(group, hit, heard, texts, first):
                continue
            if hit.start < 0 and heard.said_alone(group.level):
                continue
            heard.risks.append((group, hit))
            if end > first and not _negated(texts, hit.start + first):
                told.add(number)

    def _masked(self, group: Group, hit: Hit, heard: _Heard, texts: Sequence[str], first: int) -> bool:
        """Talk about a subject, or a look-alike; never what someone says of themselves."""
        said = texts[max(0, hit.start - 2 + first) : hit.end + first]
        if group.mention and heard.has("topic") and _FIRST_PERSON.isdisjoint(said):
            return True
        return any(self._hides(mask, hit, texts, first) for mask in heard.masks)

    def _hides(self, mask: Hit, hit: Hit, texts: Sequence[str], first: int) -> bool:
        """Whether a look-alike names half of the words; danger may stand in its gaps."""
        named = self._patterns.named(mask.phrase)
        both = texts[max(mask.start, hit.start) + first : max(0, min(mask.end, hit.end) + first)]
        return 2 * sum(word in named for word in both) >= hit.end - hit.start

    def _findings(self, text: str, heard: _Heard) -> list[Finding]:
        found: dict[tuple[Level, tuple[str, ...]], list[Hit]] = {}
        for group, hit in heard.risks:
            for level, shown in self._levels(group, hit, heard):
                if level != "routine":
                    found.setdefault((level, group.categories), []).append(shown)
        return [self._finding(text, heard.words, key, hits) for key, hits in found.items()]

    def _levels(self, group: Group, hit: Hit, heard: _Heard) -> Iterable[tuple[Level, Hit]]:
        """The level heard, and the words of this message that show it: the marker's, if said before."""
        own = self._own_level(group, hit, heard)
        for rule in self._nearness:
            markers = (
                heard.markers.get(rule.marker, ()) if rule.categories.intersection(group.categories) else ()
            )
            for marker in markers:
                close = marker.end >= hit.start - rule.within and marker.start <= hit.end + rule.within
                if close and max(marker.end, hit.end) > 0 and own == group.level != "concern":
                    return [(rule.level, hit if hit.end > 0 else marker)]
        return [(own, hit)] if hit.end > 0 else []

    def _own_level(self, group: Group, hit: Hit, heard: _Heard) -> Level:
        if hit.start >= 0 and _negated([word.text for word in heard.words[: hit.start]], hit.start):
            return group.negated
        if group.past and heard.near("past", hit, before=3, after=6):
            if group.past == "own" and heard.has("recovered") and not heard.has("relapse"):
                return "routine"
            if group.past == "harm" and heard.has("professional", "stopped") and not heard.has("relapse"):
                return "concern"
        return group.level

    def _finding(
        self, text: str, words: list[Word], key: tuple[Level, tuple[str, ...]], hits: list[Hit]
    ) -> Finding:
        spans: list[tuple[int, int]] = []
        for hit in hits:
            part = words[max(0, hit.start) : max(0, hit.end)] or words[:1]
            span = (part[0].start, part[-1].end) if part else (0, 0)
            if span not in spans and len(spans) < _MOST_EVIDENCE:
                spans.append(span)
        level, categories = key
        evidence = tuple(text[start:end] for start, end in spans)
        return Finding(level, categories, evidence, "phrases", self.version, tuple(spans))


def reader(document: Mapping[str, Any], spelling: Mapping[str, Any]) -> tuple[Spelling, Patterns]:
    """What reads a message, and what reads a phrase the same way, before any phrase is taken in."""
    plain = Spelling(
        spelling["respell"], spelling["fuzzy"], spelling["fillers"], spelling["emoji"], spelling["keep"]
    )
    return plain, Patterns(document["slots"], lambda written: (word.text for word in plain.words(written)))


def _moved(hit: Hit, by: int) -> Hit:
    return Hit(hit.phrase, hit.start - by, hit.end - by)


def _negated(texts: Sequence[str], start: int) -> bool:
    """Whether the words just before `start` deny what follows ("not going to ...")."""
    for word in reversed(texts[max(0, start - 6) : start]):
        if word in _NEGATORS:
            return True
        if word not in _BETWEEN:
            return False
    return False


def _group(entry: Mapping[str, Any]) -> Group:
    level, negated = entry["level"], entry.get("negated", "routine")
    if level not in LEVELS or negated not in LEVELS:
        raise PhraseFault(f"group {entry['id']!r} has a level that is not one of {', '.join(LEVELS)}")
    return Group(
        id=entry["id"],
        level=cast(Level, level),
        categories=tuple(entry["categories"]),
        negated=cast(Level, negated),
        past=entry.get("past"),
        mention=bool(entry.get("mention")),
    )


def _nearness(entry: Mapping[str, Any]) -> Nearness:
    return Nearness(frozenset(entry["categories"]), entry["marker"], entry["within"], entry["level"])
