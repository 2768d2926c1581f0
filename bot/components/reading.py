"""Reads one message: by its own words, beside the topic answered last, or as two questions. Pure, no Rasa."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.components.circumstances import asks_for_more
from bot.components.decision import RETRIEVAL_INTENT, Guess, Label, Reading, Thresholds
from bot.components.following import Lean, beside, lean, opener, own_words, tied, turns_to
from bot.components.splitting import is_settled, parts

Chances = npt.NDArray[np.float64]
"""The logarithm of each label's probability; one row a text, one column a label."""
Score = Callable[[Sequence[str]], Chances]
_NEVER = -1e9
NAME = 2
"""The most words of a message that is nothing but a topic's name, though they go with any topic ("work")."""
_SOFT = frozenset({"nonsense", "out_of_scope", "other_language"})
"""What a follow-up looks like when it is read alone."""
_BESIDE_A_TOPIC = frozenset({"check_in"})
"""What a message that only points back ("can someone check it") looks like by its words, and is not."""
_SOFT_WHEN_TIED = _SOFT | {"about_me"}


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
        if is_settled(metadata):
            return Reading(self._ranked(own))
        last = self._place(metadata.get("last_topic"))
        if last is not None and self._leans(text, own):
            return Reading(self._ranked(self._beside(text, own, last, score)), follows=True)
        two = self._two(text, own, score)
        return Reading(self._ranked(own), two) if two else Reading(self._ranked(own))

    @cached_property
    def _no_topic(self) -> list[int]:
        return [at for at, label in enumerate(self.labels) if not label.topic]

    def _place(self, topic: str | None) -> int | None:
        return next((at for at, label in enumerate(self.labels) if topic and label.topic == topic), None)

    def _leans(self, text: str, own: Chances) -> bool:
        """Whether the topic before counts: not for what is no question of ours, or clear by its own words."""
        leaning = lean(text)
        if asks_for_more(text):
            return True
        if leaning is Lean.POINTS and self.labels[int(own.argmax())].intent in _BESIDE_A_TOPIC:
            return True
        chance = float(np.exp(own.max()))
        soft = _SOFT_WHEN_TIED if tied(text) else _SOFT
        talk, elsewhere = self._chance_of_none(own, soft)
        if leaning is Lean.WHOLE or talk >= self.limits.sure_in_form:
            return False
        if opener(text):
            return True
        if leaning is Lean.BARE:
            return chance < self.limits.named or len(text.split()) > NAME
        if leaning is Lean.POINTS:
            return chance < self.limits.named and elsewhere < self.limits.sure_in_form
        return (
            chance < self.limits.whole
            and talk < self.limits.elsewhere
            and elsewhere < self.limits.sure_in_form
        )

    def _chance_of_none(self, own: Chances, soft: frozenset[str]) -> tuple[float, float]:
        """How likely no topic is meant: by what is talk in any case, and by all that is not ours."""
        talk = [at for at in self._no_topic if self.labels[at].intent not in soft]
        return float(np.exp(own[talk]).sum()), float(np.exp(own[self._no_topic]).sum())

    def _beside(self, text: str, own: Chances, last: int, score: Score) -> Chances:
        """The chances of each topic, when the last one was `last`: neighbours of it are read in its light."""
        topic = str(self.labels[last].topic)
        bare = lean(text) is Lean.BARE
        stripped = [] if bare or not opener(text) else [own_words(text)]
        rows = score([*beside(text, topic), *stripped])
        if stripped and turns_to(text) and self._names(rows[2]):
            return np.asarray(rows[2])
        light = rows[:2].mean(axis=0)
        weight = 0.0 if bare else self.limits.own_words
        mixed = weight * (rows[2] if stripped else own) + (1 - weight) * light
        mixed[last] += self.limits.last_topic
        mixed[self._no_topic] = _NEVER
        top = mixed.max()
        return np.asarray(mixed - top - np.log(np.exp(mixed - top).sum()))

    def _names(self, row: Chances) -> bool:
        best = int(row.argmax())
        return bool(self.labels[best].topic and np.exp(row[best]) >= self.limits.named)

    def _two(self, text: str, own: Chances, score: Score) -> tuple[Guess, Guess] | None:
        """Two things asked at once: what starts something, then what the whole message is mostly about."""
        found: dict[int, float] = {}
        pieces = parts(text)
        for piece, row in zip(pieces, score(pieces) if pieces else (), strict=True):
            leans = lean(piece) is Lean.BARE or (
                lean(piece) is Lean.POINTS and np.exp(row.max()) < self.limits.part
            )
            if found and leans:
                row = self._beside(piece, row, next(iter(found)), score)
            best, chance = int(row.argmax()), float(np.exp(row.max()))
            backed = np.exp(own[best]) >= self.limits.backed or chance >= self.limits.part_alone
            if self.labels[best].topic and chance >= self.limits.part and backed:
                found.setdefault(best, chance)
        first = int(own.argmax())
        if len(found) < 2 or (first not in found and np.exp(own[first]) >= self.limits.sure):
            return None
        order = sorted(found, key=lambda at: (not self._starts(at), at != first))
        return Guess(self.labels[order[0]], found[order[0]]), Guess(self.labels[order[1]], found[order[1]])

    def _starts(self, at: int) -> bool:
        return self.labels[at].intent != RETRIEVAL_INTENT

    def _ranked(self, row: Chances) -> list[Guess]:
        chances = np.exp(row)
        return [Guess(self.labels[at], round(float(chances[at]), 6)) for at in np.argsort(-chances)]
