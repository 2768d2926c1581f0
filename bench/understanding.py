"""The held-out questions asked of a running system, one fresh chat a question, and what came back.
Beside them: whether confidence can be believed, how long training takes, and understanding one message."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import tempfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp

from bench.figures import Figure, main, milliseconds
from bench.nlu import Parsed, environment, parse, run_training
from bench.people import Chat, client
from bench.questions import OUT_OF_SCOPE, HeldOut, held_out
from bench.scores import HELD, Band, Guess, Outcome, bands, calibration_error, confusions, outcome, share
from bench.system import wayline
from ops import train
from ops.console import ROOT, say

AT_ONCE = 4
TRIES = 10
MOST_CONFUSIONS = 15


async def measure() -> list[Figure]:
    asked = held_out()
    training, parsed = _train_and_parse([row.text for row in asked if row.is_topic])
    async with wayline() as system, client() as http:
        found = await _ask_all(http, system.url, asked)
        understood = _understood(system.folder / "wayline.db")
    outcomes = [result for row, (result, _) in zip(asked, found, strict=True) if row.is_topic]
    others = [result for row, (result, _) in zip(asked, found, strict=True) if not row.is_topic]
    belief = bands(_guesses(found, understood, {row.expected for row in asked if row.is_topic}))
    outside = [result for result in others if result.expected == OUT_OF_SCOPE]
    say(_told([*outcomes, *outside], belief))
    trusted = Figure("confidence, expected calibration error", calibration_error(belief))
    return [*_answers(outcomes), *_others(outside, others), trusted, *training, *_times(parsed)]


async def _ask_all(
    http: aiohttp.ClientSession, url: str, asked: Iterable[HeldOut]
) -> list[tuple[Outcome, str]]:
    """What became of each question, and its conversation."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(row: HeldOut) -> tuple[Outcome, str]:
        async with gate:
            chat = await Chat.open(http, url)
            return outcome(row.expected, await chat.say(row.text, TRIES)), chat.conversation

    return await asyncio.gather(*map(ask, asked))


def _understood(database: Path) -> dict[str, dict[str, Any]]:
    """What each conversation's turn understood, where Rasa was asked: the public API does not tell."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT conversation_id, understood FROM turn").fetchall()
    kept = {str(uuid.UUID(conversation)): json.loads(text or "null") for conversation, text in rows}
    return {conversation: understood for conversation, understood in kept.items() if understood}


def _guesses(
    found: Iterable[tuple[Outcome, str]], understood: Mapping[str, dict[str, Any]], topics: set[str]
) -> list[Guess]:
    """The likeliest reading of each question about a topic, before any threshold; was it right?"""
    return [
        Guess(turn["confidence"], _likeliest(turn) == result.expected)
        for result, conversation in found
        if result.expected in topics and (turn := understood.get(conversation))
    ]


def _likeliest(turn: Mapping[str, Any]) -> str | None:
    """The topic of the best guess; None when that is no topic. Unclear, its topic is first in the ranking."""
    first = (turn["ranking"] or [{"topic": None, "confidence": -1.0}])[0]
    topic: str | None = turn["topic"] or (
        first["topic"] if first["confidence"] == turn["confidence"] else None
    )
    return topic


def _train_and_parse(texts: Sequence[str]) -> tuple[list[Figure], list[Parsed]]:
    """The shipped assistant made from nothing, and the texts understood by it."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        folder = Path(made)
        env = {**environment(), "WAYLINE_RELEASE_DIR": str(ROOT / "data/content")}
        before = _processor_seconds()
        model, seconds = run_training(train.command(folder, "model"), folder / "model.tar.gz", env)
        spent = _processor_seconds() - before
        figures = [
            Figure("full training, start to finished model", seconds, "s", 30, "at most"),
            Figure("full training, processor time", spent, "s"),
        ]
        return figures, parse(model, texts)


def _processor_seconds() -> float:
    """Processor time of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _answers(outcomes: Sequence[Outcome]) -> list[Figure]:
    """What the questions about our topics got; the parts that are not `of` another add up to 1."""
    return [
        Figure(f"{len(outcomes)} held-out questions: answered", share(outcomes, lambda it: it.answered)),
        Figure("right answer first", share(outcomes, lambda it: it.right), bar=0.90, sense="at least"),
        Figure("wrong answer", share(outcomes, lambda it: it.wrong), bar=0.04, sense="at most"),
        Figure("choices offered", share(outcomes, lambda it: it.kind == "choices")),
        Figure("of all, choices with the right one", share(outcomes, lambda it: it.offered_right)),
        Figure("not understood", share(outcomes, lambda it: it.kind == "fallback")),
        Figure(
            "a person instead: kind words or a safety message", share(outcomes, lambda it: it.kind == HELD)
        ),
    ]


def _others(outside: Sequence[Outcome], others: Sequence[Outcome]) -> list[Figure]:
    """How often advice is given to what asks for none of ours."""
    talk = [result for result in others if result.expected != OUT_OF_SCOPE]
    name = f"{len(outside)} out-of-scope messages answered with advice"
    return [
        Figure(name, share(outside, lambda it: it.answered), bar=0.03, sense="at most"),
        Figure("out-of-scope messages offered choices", share(outside, lambda it: it.kind == "choices")),
        Figure(
            f"{len(talk)} of small talk, abuse and nonsense answered with advice",
            share(talk, lambda it: it.answered),
        ),
    ]


def _times(parsed: Sequence[Parsed]) -> list[Figure]:
    whole = [found.seconds for found in parsed]
    own = [found.own_seconds for found in parsed]
    return [
        Figure("understanding one message, p50", milliseconds(whole, 50), "ms", 8, "at most"),
        Figure("understanding one message, p95", milliseconds(whole, 95), "ms"),
        Figure("of that our components, p50", milliseconds(own, 50), "ms"),
    ]


def _told(outcomes: Iterable[Outcome], found: Iterable[Band]) -> str:
    """The tables beside the figures: what is taken for what, and what confidence is worth."""
    confused = confusions(outcomes)[:MOST_CONFUSIONS]
    lines = ["", "| asked about | wrongly got | times |", "|---|---|---|"]
    lines += [f"| {expected} | {got} | {count} |" for expected, got, count in confused]
    lines += ["", "| confidence | questions | promised | right |", "|---|---|---|---|"]
    lines += [
        f"| {band.low:.1f} to {band.high:.1f} | {band.count} | {band.promised:.3f} | {band.right:.3f} |"
        for band in found
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(measure)
