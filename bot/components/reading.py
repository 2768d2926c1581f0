"""Reads one message: by its own words, beside the topic answered last, or as two questions. Pure, no Rasa."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.components.decision import Guess, Label, Reading, Thresholds
from bot.components.following import LONGEST, Lean, beside, lean, opener, own_words, turns_to
from bot.components.splitting import parts

Chances = npt.NDArray[np.float64]
"""The logarithm of each label's probability; one row a text, one column a label."""
Score = Callable[[Sequence[str]], Chances]
_NEVER = -1e9
_SOFT = ("nonsense", "out_of_scope", "other_language")
"""What a follow-up looks like when it is read alone."""


@dataclass(frozen=True)
class Reader:
    """Reads messages for a classifier with these labels; `score` is only called when a message needs it."""

    labels: Sequence[Label]
    limits: Thresholds

    def read(self, text: str, own: Chances, metadata: dict[str, Any], score: Score) -> Reading:
        """What the message is, given how its own words score (one row).

        metadata may hold `last_topic` (answered last). Inside a form, and where a choice was tapped, nothing
        is read further.
        """
        if metadata.get("form") or (metadata.get("context") or {}).get("choice"):
            return Reading(self._ranked(own))
        last = self._place(metadata.get("last_topic"))
        if last is not None and self._leans(text, own):
            return Reading(self._ranked(self._beside(text, own, last, score)), follows=True)
        two = self._two(text, own, score)
        return Reading(self._ranked(own), two) if two else Reading(self._ranked(own))

    def _place(self, topic: str | None) -> int | None:
        return next((at for at, label in enumerate(self.labels) if topic and label.topic == topic), None)

    def _leans(self, text: str, own: Chances) -> bool:
        """Whether the topic before counts: not for small talk, a no, and what is clear by its own words."""
        best, chance = self.labels[int(own.argmax())], float(np.exp(own.max()))
        if not best.topic and best.intent not in _SOFT and chance >= self.limits.sure_in_form:
            return False
        leaning = lean(text)
        if leaning is Lean.BARE:
            return True
        if leaning is Lean.POINTS:
            return bool(opener(text)) or chance < self.limits.named
        return len(text.split()) <= LONGEST and chance < self.limits.whole

    def _beside(self, text: str, own: Chances, last: int, score: Score) -> Chances:
        """The chances of each topic, when the last one was `last`: neighbours of it are read in its light."""
        topic = str(self.labels[last].topic)
        bare = lean(text) is Lean.BARE
        stripped = [] if bare or not opener(text) else [own_words(text)]
        rows = score([*beside(text, topic), *stripped])
        if stripped and turns_to(text) and np.exp(rows[2].max()) >= self.limits.named:
            return rows[2]
        light = rows[:2].mean(axis=0)
        weight = 0.0 if bare else self.limits.own_words
        mixed = weight * (rows[2] if stripped else own) + (1 - weight) * light
        mixed[last] += self.limits.last_topic
        mixed[[not label.topic for label in self.labels]] = _NEVER
        top = mixed.max()
        return np.asarray(mixed - top - np.log(np.exp(mixed - top).sum()))

    def _two(self, text: str, own: Chances, score: Score) -> tuple[Guess, Guess] | None:
        """Two things asked at once, the one the whole message is mostly about first."""
        found: dict[int, float] = {}
        pieces = parts(text) if np.exp(own.max()) < self.limits.one_question else []
        for piece, row in zip(pieces, score(pieces) if pieces else (), strict=True):
            if found and lean(piece) is Lean.BARE:
                row = self._beside(piece, row, next(iter(found)), score)
            best, chance = int(row.argmax()), float(np.exp(row.max()))
            backed = np.exp(own[best]) >= self.limits.backed or chance >= self.limits.part_alone
            if self.labels[best].topic and chance >= self.limits.part and backed:
                found.setdefault(best, chance)
        if len(found) < 2:
            return None
        first, second = sorted(list(found)[:2], key=lambda at: not self._is_clear(own, at))
        return Guess(self.labels[first], found[first]), Guess(self.labels[second], found[second])

    def _is_clear(self, own: Chances, at: int) -> bool:
        return int(own.argmax()) == at and float(np.exp(own[at])) >= self.limits.part

    def _ranked(self, row: Chances) -> list[Guess]:
        chances = np.exp(row)
        return [Guess(self.labels[at], round(float(chances[at]), 6)) for at in np.argsort(-chances)]
