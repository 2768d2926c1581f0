"""What the assistant would say to a question: as it is live and, beside it, with an open draft.

Live is what the assistant itself makes of the words. A draft's questions it has not learnt yet: where they
are others than the live ones, what it would take the words for is judged by how near they are in meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from handoff.content.areas import Area
from handoff.content.live import LiveContent
from handoff.content.meaning import Meanings, mean_of_best
from handoff.content.standing import listened
from handoff.content.wording import Wording, preview
from handoff.rasa import Parsed, Rasa, RasaUnavailable

NEAR_ENOUGH = 0.45
"""So near to an answer's questions in meaning the words must be to be taken for one of them."""
MOST_ASKED = 500
ANSWERS, OFFERS, TALKS, WORRY, AWAY = "answer", "offers", "talk", "worry", "away"


@dataclass(frozen=True)
class Said:
    """What would be said: one answer, several offered (their titles), other talk, nothing but a person (a
    worry), or nobody knows, as the assistant is away. `judged` when only nearness in meaning says so."""

    kind: str
    slug: str | None = None
    title: str = ""
    html: str = ""
    sms: str = ""
    offers: Sequence[str] = ()
    judged: bool = False


@dataclass(frozen=True)
class Tried:
    """What is said to a question now, and what with the draft."""

    question: str
    live: Said
    draft: Said


@dataclass(frozen=True)
class Trying:
    """Whom to ask, and for whom the answers are filled in."""

    rasa: Rasa
    content: LiveContent
    meanings: Meanings
    area: Area
    today: date
    learnt: Mapping[str, Sequence[str]] = field(default_factory=dict)

    async def ask(self, question: str, draft: Wording) -> Tried:
        """What is said to words of a young person, live and with the draft; nothing of it is kept."""
        if (await listened([question]))[question]:
            return Tried(question, Said(WORRY), Said(WORRY))
        try:
            parsed = await self.rasa.understand(question)
        except RasaUnavailable:
            return Tried(question, Said(AWAY), await self._by_nearness(question, draft, None))
        live = self._said(parsed)
        if list(draft.questions) == list(self.learnt.get(draft.slug, ())):
            return Tried(question, live, self._with_draft(live, draft))
        return Tried(question, live, await self._by_nearness(question, draft, live))

    def _said(self, parsed: Parsed) -> Said:
        if parsed.topic and (answer := self.content.answer(parsed.topic, self.area)):
            return Said(ANSWERS, answer.slug, answer.title, answer.html, answer.sms)
        if parsed.offered:
            titles = [self.content.title(topic) for topic in parsed.offered]
            return Said(OFFERS, offers=[title for title in dict.fromkeys(titles) if title])
        return Said(TALKS)

    def _with_draft(self, live: Said, draft: Wording, *, judged: bool = False) -> Said:
        """The same, in the draft's words where it is the draft's answer."""
        if live.slug != draft.slug:
            return live
        shown = preview(draft, self.area, self.content.facts, self.today)
        return Said(ANSWERS, draft.slug, draft.title, shown.html, shown.sms, judged=judged)

    async def _by_nearness(self, question: str, draft: Wording, live: Said | None) -> Said:
        index = await self.meanings.index()
        if index is None:
            return Said(AWAY)
        vectors = await self.meanings.encode([question, *draft.questions])
        others = {slug: near for slug, near in index.nearest(vectors[0]).items() if slug != draft.slug}
        best = max(others, key=others.__getitem__, default="")
        own = mean_of_best(np.asarray(vectors[1:] @ vectors[0]))
        if own >= max(NEAR_ENOUGH, others.get(best, 0.0)):
            return self._with_draft(Said(ANSWERS, draft.slug), draft, judged=True)
        if live and live.slug != draft.slug:
            return live
        if others.get(best, 0.0) < NEAR_ENOUGH:
            return Said(TALKS, judged=True)
        said = self._said(Parsed(best))
        return Said(said.kind, said.slug, said.title, said.html, said.sms, judged=True)
