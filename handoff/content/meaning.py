"""What the live answers are asked by, as vectors: which questions are near each other in meaning.

Vectors of live questions are kept in memory by the text they are of, and made in a thread of their own: a new
release costs only its new questions, and nobody waits for it. Until they are made, words are all there is.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from aiohttp import web

from bot.encoder import Encoder
from handoff import keys
from handoff.content.live import leads_to, live_release, release_revisions
from handoff.content.model import Revision
from handoff.db import Database

log = logging.getLogger(__name__)
THREAD = "meanings"
CHUNK = 64  # texts encoded before looking whether to stop
NEAREST = 3  # questions of an answer by which it is judged how near another one is
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Index:
    """The questions of one release, an answer's side by side. `vectors` has a row of length one for each."""

    release: int
    vectors: Vectors
    rows: Mapping[str, slice]
    titles: Mapping[str, str]

    def nearest(self, vector: Vectors) -> dict[str, float]:
        """How near each answer's nearest questions are, by slug: 1 is the same meaning, 0 nothing alike."""
        alike = self.vectors @ vector
        return {slug: mean_of_best(alike[rows]) for slug, rows in self.rows.items()}

    def best(self, vector: Vectors) -> dict[str, float]:
        """How near the one nearest question of each answer is, by slug."""
        alike = self.vectors @ vector
        return {slug: float(alike[rows].max()) for slug, rows in self.rows.items()}


def mean_of_best(alike: Vectors) -> float:
    """The mean of the few highest; 0 of none."""
    few = min(NEAREST, len(alike))
    return float(np.partition(alike, -few)[-few:].mean()) if few else 0.0


def _after_people() -> None:
    """Reading every question takes half a minute of a processor: people who write meanwhile come first.

    Only Linux has a priority for each thread; elsewhere this one keeps its process's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


@dataclass
class Meanings:
    """Makes the index of the live release when somebody first asks for it, and keeps it."""

    db: Database
    _vectors: dict[str, Vectors] = field(default_factory=dict)
    _index: Index | None = None
    _making: asyncio.Task[None] | None = None
    _stopped: bool = False
    _encoder: Encoder | None = None
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, THREAD, _after_people))

    @property
    def known(self) -> Index | None:
        """The index as far as it is made; asking for it begins nothing."""
        return self._index

    async def index(self) -> Index | None:
        """The questions of the live release; of an earlier one, or None, while they are being read."""
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._make())
            self._making.add_done_callback(_report)
        await asyncio.wait([self._making], timeout=0.02)  # a release that is known takes no longer
        return self._index

    async def made(self) -> Index | None:
        """The index of the live release, however long it takes; None where there is no encoder."""
        await self.index()
        if self._making:
            await asyncio.wait([self._making])
        return self._index

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of a few texts, a row each, without remembering them here: what people wrote goes when they
        do, and what an editor tries is not kept. Only once there is an index."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._encode, list(texts))

    async def stop(self) -> None:
        self._stopped = True
        if self._making:
            await asyncio.wait([self._making])
        await asyncio.to_thread(self._thread.shutdown)

    async def _make(self) -> None:
        async with self.db.reading() as session:
            number = await live_release(session)
            if self._index and self._index.release == number:
                return
            revisions = await release_revisions(session, number)
        questions = asked_for(revisions)
        loop = asyncio.get_running_loop()
        texts = list(dict.fromkeys(text for asked in questions.values() for text in asked))
        for start in range(0, len(texts), CHUNK):
            if self._stopped:
                return
            await loop.run_in_executor(self._thread, self._learn, texts[start : start + CHUNK])
        titles = {slug: revisions[slug].title for slug in questions}
        self._index = await loop.run_in_executor(self._thread, self._indexed, number, questions, titles)
        log.info("meanings release=%d questions=%d", number, len(texts))

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._encoder = Encoder.load(recent=0)
        return self._encoder

    def _learn(self, texts: Sequence[str]) -> None:
        new = [text for text in texts if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._loaded().encode(new), strict=True))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        encoder = self._loaded()
        if not texts:
            return np.zeros((0, encoder.dimensions), dtype=np.float32)
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        made = dict(zip(new, encoder.encode(new), strict=True)) if new else {}
        return np.stack([made[text] if text in made else self._vectors[text] for text in texts])

    def _indexed(
        self, number: int, questions: Mapping[str, Sequence[str]], titles: Mapping[str, str]
    ) -> Index:
        vectors, rows, at = [], {}, 0
        for slug, texts in questions.items():
            vectors += [self._vectors[text] for text in texts]
            rows[slug] = slice(at, at + len(texts))
            at += len(texts)
        kept = {text for texts in questions.values() for text in texts}
        self._vectors = {text: vector for text, vector in self._vectors.items() if text in kept}
        return Index(number, np.stack(vectors), rows, titles)


MEANINGS: web.AppKey[Meanings] = web.AppKey("meanings", Meanings)


def asked_for(revisions: Mapping[str, Revision]) -> dict[str, list[str]]:
    """What people say when they want an answer, by slug: its example questions and, for a search, its title.
    Those of a withdrawn one are of the answer that people get instead."""
    spoken = {slug: one for slug, one in revisions.items() if not one.goes_to}
    found = {slug: [one.title, *one.examples] for slug, one in spoken.items()}
    for slug in revisions.keys() - spoken.keys():
        if end := leads_to(revisions, slug):
            found[end.slug] += revisions[slug].examples
    return found


def setup(app: web.Application) -> None:
    app[MEANINGS] = Meanings(app[keys.DB])

    async def stop(app: web.Application) -> None:
        await app[MEANINGS].stop()

    app.on_cleanup.append(stop)


def _report(task: asyncio.Task[None]) -> None:
    """A failure costs editors hints and nothing else; the next one who asks tries again."""
    if not task.cancelled() and (error := task.exception()):
        log.error("meanings not read why=%s", type(error).__name__)
