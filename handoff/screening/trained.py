"""The trained screen: a small network of its own scores each message for danger, beside the phrases.

Its files stand in bot/models/screening with their hashes and bars; README.md there is its data card."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from bot.encoder import EncoderMismatch, Network
from handoff.screening.gibberish import is_gibberish
from handoff.screening.leaving import SAID, Leaving
from handoff.screening.verdict import LEVELS, Finding, Level

log = logging.getLogger(__name__)
FOLDER = Path(__file__).resolve().parents[2] / "bot" / "models" / "screening"
DETECTOR = "model"

_WORD = re.compile(r"\S+")
_LONG = 80  # words; of a longer message each piece is heard
_PIECE, _STEP = 30, 15  # words
_READ = 126  # tokens, a character at least each: the network reads no more
_PART, _ON = 120, 60  # tokens
_REMEMBERED = 1_024  # texts whose scores are kept: a message is asked about more than once
_MOST_STRETCHES, _LEAST_STRETCH = 6, 5  # of a message, and words of one: read alone to see what was heard
_BEFORE = 2  # earlier messages that one is read on from
_UNSURE = 0.5  # the least bar for what it can hardly know: stretches of a message, and messages read as one
_WORRIED = 0.6  # the chance of a worry from which a chance of danger below even is believed
_FEW = 3  # words
_LEAST = ((_FEW, 0.75), (5, 0.6))  # up to so many words hardly say what they are about: the least score then
_OWN_HELP = {"fgm": 0.55, "forced_marriage": 0.55}  # whose message names helplines for nothing else
_SURE = 0.9  # the least chance of danger in words that are partly another language's


@dataclass(frozen=True, slots=True)
class Scores:
    """How likely a text is at least at each level (concern, urgent, emergency), about what, and leaving."""

    levels: tuple[float, float, float]
    categories: tuple[float, ...]
    none: float
    at_risk: float
    now: float


@dataclass(frozen=True, slots=True)
class Bars:
    """From which score on something is heard; chosen on examples that were held back from training."""

    concern: float
    urgent: float
    emergency: float
    category: float
    leaving: float


class TrainedScreen:
    """One network with its bars. Safe to share between threads."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._categories: list[str] = list(network.manifest["categories"])
        self._bars = Bars(**network.manifest["bars"])
        self.version = network.fingerprint[:16]
        self.scores = lru_cache(_REMEMBERED)(self._scores)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> TrainedScreen:
        """The network in `folder`; raises EncoderMismatch when a file is not its manifest's."""
        try:
            return cls(Network.load(folder))
        except (KeyError, TypeError) as fault:
            raise EncoderMismatch(f"the manifest in {folder.name} lacks {fault}") from fault

    def screen(self, text: str, before: Sequence[str] = ()) -> list[Finding]:
        """What is heard in `text` by itself, or on from the messages `before` it, whichever is graver; one
        finding at most."""
        start, end, scores = self._gravest(text)
        level = self._level(scores) if max(scores.levels) >= _least(text) else "routine"
        together = [] if level in ("urgent", "emergency") else self._on_from(text, list(before[-_BEFORE:]))
        if level == "routine" or any(LEVELS.index(one.level) > LEVELS.index(level) for one in together):
            return together
        return [self._found(text, start, end, scores)]

    def knows(self, text: str, least: int = 1) -> bool:
        """Whether it knows a word of `text`, of `least` letters or more, whole; others it reads in bits, and
        can hardly judge."""
        return any(
            len(self._network.tokenizer.encode(word, add_special_tokens=False).ids) == 1
            for word in text.split()
            if len(word) >= least
        )

    def screen_foreign(self, text: str) -> list[Finding]:
        """What is plain danger in the English words of a message in another language."""
        start, end, scores = self._gravest(text)
        return [self._found(text, start, end, scores)] if scores.levels[1] >= _SURE else []

    def _gravest(self, text: str) -> tuple[int, int, Scores]:
        return max(self._heard_in(text), key=lambda heard: self._gravity(heard[2]))

    def _found(self, text: str, start: int, end: int, scores: Scores) -> Finding:
        level = self._level(scores)
        spans = [(start + a, start + b) for a, b in self._what_mattered(text[start:end], level)]
        return self._finding(text, level, scores, spans)

    def leaving(self, text: str, least: float | None = None) -> Leaving | None:
        """Whether the person says that they are out of education, employment and training, or may soon be.

        `least` is the chance of either from which it is believed; the manifest's bar where none is given."""
        bar = self._bars.leaving if least is None else least
        said = bar <= SAID
        unsure = len(_WORD.findall(text)) <= _FEW and not said
        for start, end, scores in self._heard_in(text):
            apart = unsure or end - start < len(text)
            sure = scores.at_risk + scores.now >= (max(bar, _UNSURE) if apart else bar)
            if sure and (said or not is_gibberish(text[start:end], self._network.tokenizer)):
                return "now" if scores.now >= scores.at_risk else "at_risk"
        return None

    def _on_from(self, text: str, before: list[str]) -> list[Finding]:
        """Heard only together with what was said before, and not in that alone."""
        joined = "\n".join([*before, text])
        if not before or len(_WORD.findall(joined)) > _LONG or len(self._tokens(joined)) > _READ:
            return []
        scores = self.scores(joined)
        if scores.levels[1] < _UNSURE:  # nearly always, so what was said before need not be read alone
            return []
        level, said = self._level(scores), self._level(self.scores("\n".join(before)))
        if LEVELS.index(said) >= LEVELS.index(level):
            return []
        return [self._finding(text, level, scores, [(0, len(text))])]

    def _heard_in(self, text: str) -> list[tuple[int, int, Scores]]:
        """The scores of the whole text and, where it is long, of every stretch of it."""
        words = [match.span() for match in _WORD.finditer(text)]
        spans = [(0, len(text))]
        if len(words) > _LONG or len(self._tokens(text)) > _READ:
            starts = range(0, max(1, len(words) - _PIECE + _STEP), _STEP)
            pieces = [words[at : at + _PIECE] for at in starts]
            spans += [part for piece in pieces for part in self._parts(text, piece[0][0], piece[-1][1])]
        return [(start, end, self.scores(text[start:end])) for start, end in spans]

    def _parts(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """A stretch, in parts that overlap where it is more than the network reads: "i.cant.do.this..."."""
        tokens = self._tokens(text[start:end])
        if len(tokens) <= _READ:
            return [(start, end)]
        places = [tokens[at : at + _PART] for at in range(0, len(tokens) - _ON, _ON)]
        return [(start + part[0][0], start + part[-1][1]) for part in places]

    def _tokens(self, text: str) -> Sequence[tuple[int, int]]:
        """Where each token of a text stands; none for a text that is too short to have too many."""
        if len(text) <= _READ:
            return ()
        read = self._network.tokenizer.encode(text)
        return [
            place
            for part in (read, *read.overflowing)
            for place, special in zip(part.offsets, part.special_tokens_mask, strict=True)
            if not special
        ]

    def _gravity(self, scores: Scores) -> tuple[int, float, float]:
        """Orders the stretches of a message: by level, then by how sure of danger."""
        return LEVELS.index(self._level(scores)), scores.levels[1], scores.levels[0]

    def _level(self, scores: Scores) -> Level:
        concern, urgent, emergency = scores.levels
        bar = self._bars.urgent if concern >= _WORRIED else _UNSURE
        if urgent >= bar or emergency >= _UNSURE:
            return "emergency" if emergency >= self._bars.emergency else "urgent"
        return "concern" if concern >= self._bars.concern else "routine"

    def _finding(self, text: str, level: Level, scores: Scores, spans: Sequence[tuple[int, int]]) -> Finding:
        ranked = sorted(zip(scores.categories, self._categories, strict=True), reverse=True)
        fit = [(score, name) for score, name in ranked if score >= _OWN_HELP.get(name, 0)]
        named = tuple(name for score, name in fit if score >= self._bars.category) or (fit[0][1],)
        evidence = tuple(text[start:end] for start, end in spans)
        return Finding(level, named, evidence, DETECTOR, self.version, tuple(spans))

    def _what_mattered(self, text: str, level: Level) -> list[tuple[int, int]]:
        """The stretches that are heard most by themselves, in order and joined where they touch.

        Read alone, a stretch costs a quarter of the message without it. Where none is heard, all of it was.
        """
        words = [match.span() for match in _WORD.finditer(text)]
        size = max(_LEAST_STRETCH, -(-len(words) // _MOST_STRETCHES))
        stretches = [words[at : at + size] for at in range(0, len(words), size)]
        at = LEVELS.index(level) - 1
        alone = [self.scores(text[part[0][0] : part[-1][1]]).levels[at] for part in stretches]
        if len(stretches) < 2 or max(alone) < _UNSURE:
            return [(0, len(text))]
        spans: list[tuple[int, int]] = []
        for part, score in zip(stretches, alone, strict=True):
            if score >= max(alone) / 2:
                start, end = part[0][0], part[-1][1]
                if spans and start - spans[-1][1] <= 1:
                    start = spans.pop()[0]
                spans.append((start, end))
        return spans

    def _scores(self, text: str) -> Scores:
        levels, categories, leaving = (
            row[0] for row in self._network.run([text], ["levels", "categories", "leaving"])
        )
        none, at_risk, now = map(float, leaving)
        concern, urgent, emergency = map(float, levels)
        return Scores((concern, urgent, emergency), tuple(map(float, categories)), none, at_risk, now)


def _least(text: str) -> float:
    count = len(_WORD.findall(text))
    return next((least for words, least in _LEAST if count <= words), 0.0)


@cache
def trained_screen() -> TrainedScreen | None:
    """The shipped network; None when it is not the one of its manifest: phrases alone run then."""
    try:
        return TrainedScreen.load()
    except Exception as error:
        log.error("screening degraded kind=model: %s", error)
        return None
