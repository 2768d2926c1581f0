"""Stock DIET (the pipeline of `rasa init`) on the same questions: the public sets and our held-out file.
It learns for long, so what it understood is kept in var/bench/diet by the hash of all it was made from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, main, milliseconds
from bench.nlu import Example, Parsed, one_line, parse, project, train
from bench.questions import OUT_OF_SCOPE, held_out
from bench.scores import share
from bench.sets import BANKING, CLINC, GIVE, not_measured, public_set, scored
from bench.stock import pipeline
from bot.learnt import examples
from ops.console import ROOT, Trouble, say

KEPT = ROOT / "var/bench/diet"
OURS = "held-out questions"
# Stock has 100. On the larger sets 100 take hours on two processors: these take about a quarter of one.
EPOCHS = {BANKING: 100, CLINC: 12, OURS: 8}
FALLBACK = "nlu_fallback"
LEFT_OUT = "STOCK_EPOCHS=0"


@dataclass(frozen=True)
class Learnt:
    """What a trained stock DIET understood and how long it learnt."""

    who: str
    parsed: list[Parsed]
    seconds: float

    def times(self) -> list[Figure]:
        """How long training took, and understanding one message."""
        whole = [found.seconds for found in self.parsed]
        return [
            Figure(f"{self.who}: training", self.seconds, "s"),
            Figure(f"{self.who}: understanding one message, p50", milliseconds(whole, 50), "ms"),
        ]


async def measure() -> list[Figure]:
    return [*_public(BANKING), *_public(CLINC), *_held_out()]


def _public(name: str) -> list[Figure]:
    found, epochs = public_set(name), _epochs(name)
    if found is None or not epochs:
        return not_measured(f"{name}, stock DIET", name, LEFT_OUT if found else GIVE)
    learnt = _understood(name, epochs, found.learnt, found.messages)
    return [*scored(learnt.who, found, learnt.parsed, bars=False), *learnt.times()]


def _held_out() -> list[Figure]:
    """Stock's own thresholds decide here: what it is not sure of is neither right nor wrong."""
    epochs, asked = _epochs(OURS), held_out()
    if not epochs:
        return [Figure(f"{OURS}, stock DIET", None, missing=LEFT_OUT)]
    learnt = _understood(OURS, epochs, examples(), [row.text for row in asked])
    topics = {row.expected for row in asked if row.is_topic}
    pairs = [(row.expected, found.intent) for row, found in zip(asked, learnt.parsed, strict=True)]
    about = [pair for pair in pairs if pair[0] in topics]
    outside = [got for expected, got in pairs if expected == OUT_OF_SCOPE]
    return [
        Figure(f"{learnt.who}: right", share(about, lambda pair: pair[0] == pair[1])),
        Figure(f"{learnt.who}: wrong", share(about, lambda pair: pair[1] not in (pair[0], FALLBACK))),
        Figure(
            f"{learnt.who}: out of scope, answered with advice", share(outside, lambda got: got in topics)
        ),
        *learnt.times(),
    ]


def _epochs(name: str) -> int:
    """How long DIET learns this; STOCK_EPOCHS has it learn all as long as that. Raises Trouble."""
    given = os.environ.get("STOCK_EPOCHS") or str(EPOCHS[name])
    if not given.isdecimal():
        raise Trouble(f"STOCK_EPOCHS is {given!r}; it must be a whole number, 0 to leave stock DIET out.")
    return int(given)


def _understood(name: str, epochs: int, learnt: Sequence[Example], messages: Sequence[str]) -> Learnt:
    """What stock DIET understands of the messages: as kept, else it is trained now and kept."""
    files, who = project(pipeline(epochs), learnt), f"{name}, stock DIET, {epochs} epochs"
    asked = [one_line(message) for message in messages]
    versions = (ROOT / "requirements/bot.txt").read_text(encoding="utf-8")
    digest = hashlib.sha256(json.dumps([files, asked, versions]).encode()).hexdigest()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{digest}.json"
    if kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        parsed = [Parsed(**entry) for entry in found["parsed"]]
        return Learnt(f"{who} (kept from {found['day']})", parsed, found["seconds"])
    say(f"Training {who}; kept for the next time")
    return _train(who, files, asked, kept)


def _train(who: str, files: dict[str, str], messages: Sequence[str], kept: Path) -> Learnt:
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        model, seconds = train(files, Path(made))
        parsed = parse(model, messages)
        shutil.move(model, kept.with_suffix(".tar.gz"))
    found = {"day": f"{datetime.now(UTC):%d %B %Y}", "seconds": seconds, "parsed": list(map(asdict, parsed))}
    kept.write_text(json.dumps(found), encoding="utf-8")
    return Learnt(who, parsed, seconds)


if __name__ == "__main__":
    main(measure)
