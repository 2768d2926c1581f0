"""What an editor should know of the example questions they are writing: hints, and what forbids them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from handoff.content.checks import MIN_EXAMPLES, SIGNPOST, asked_as
from handoff.content.meaning import Index, Meanings, Vectors, mean_of_best
from handoff.content.standing import sounds_dangerous
from handoff.content.talk import WRITE_OTHERWISE, kept_for

# Of the shipped examples 2 in 100 have another so near, and 3 are so much nearer to another answer.
TOO_ALIKE = 0.95
NEARER_BY = 0.05
MOST = 30
FEW, ALIKE, ELSEWHERE, DANGER, TALK = "few", "alike", "elsewhere", "danger", "talk"


@dataclass(frozen=True)
class Hint:
    """One thing about a line, counted from 1 as in the editor's box (0 for all); `slug` and `score` are of
    the other answer."""

    code: str
    line: int
    says: str
    slug: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class Looked:
    """What was found; `whole` is false while the live answers' questions are still being read."""

    warnings: list[Hint]
    whole: bool


async def look_over(
    meanings: Meanings, slug: str, asked: Mapping[int, str], live: Sequence[str], *, begin: bool = True
) -> Looked:
    """What stands out in an answer's example questions, `asked` by the number of their line; those of `live`
    are not heard for danger or talk again.

    `begin`: have the questions of the other answers read, if nobody had yet.
    """
    index = await meanings.index() if begin else meanings.known
    vectors = await meanings.encode(list(asked.values())) if index and asked else None
    found = await asyncio.to_thread(lambda: list(_warnings(index, vectors, slug, asked, live)))
    return Looked(found[:MOST], index is not None)


def _warnings(
    index: Index | None, vectors: Vectors | None, slug: str, asked: Mapping[int, str], live: Sequence[str]
) -> Iterator[Hint]:
    if not slug.startswith(SIGNPOST) and len(asked) < MIN_EXAMPLES:
        yield Hint(FEW, 0, f"{len(asked)} so far: give at least {MIN_EXAMPLES} ways people ask this")
    for number, text in asked.items():
        if text not in live and sounds_dangerous(text):
            told = "is heard as a worry about safety, so a person gets it: it cannot be an example"
            yield Hint(DANGER, number, told)
        if text not in live and (what := kept_for(slug, text)):
            told = f"is kept for something else people say ({what}), so it cannot be an example"
            yield Hint(TALK, number, f"{told}: {WRITE_OTHERWISE}")
    if vectors is not None and index is not None:
        yield from _elsewhere(index, vectors, slug, list(asked))
    yield from _alike(asked, vectors)


def _alike(asked: Mapping[int, str], vectors: Vectors | None) -> Iterator[Hint]:
    """Each line that says what an earlier one says."""
    first: dict[str, int] = {}
    near = np.tril(vectors @ vectors.T, -1) if vectors is not None else np.zeros((len(asked), 1))
    numbers = list(asked)
    for place, (number, text) in enumerate(asked.items()):
        said = asked_as(text) or text
        if said in first:
            yield Hint(ALIKE, number, f"is line {first[said]} again")
        elif near[place].max() >= TOO_ALIKE:
            other = numbers[int(near[place].argmax())]
            told = f"says nearly what line {other} says: another way of asking would teach more"
            yield Hint(ALIKE, number, told, score=_score(float(near[place].max())))
        first.setdefault(said, number)


def _elsewhere(index: Index, vectors: Vectors, slug: str, numbers: Sequence[int]) -> Iterator[Hint]:
    """Each line that is nearer to another answer's questions than to the others of its own."""
    alike = vectors @ vectors.T
    for place, vector in enumerate(vectors):
        own = mean_of_best(np.delete(alike[place], place))
        others = {one: near for one, near in index.nearest(vector).items() if one != slug}
        other = max(others, key=others.__getitem__, default=None)
        if other is not None and others[other] > own + NEARER_BY:
            told = f"is nearer to {index.titles[other]} ({others[other]:.2f}) than to this answer ({own:.2f})"
            yield Hint(ELSEWHERE, numbers[place], told, other, _score(others[other]))


def _score(near: float) -> float:
    return round(near, 2)
