"""The two public sets, learnt and understood by our pipeline as config.yml has it: `SETS=folder make bench`.
Scored by the likeliest label, before any threshold; what is out of scope, by how unlikely it is."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.figures import Figure, main
from bench.nlu import Example, Parsed, parse, project, train
from bench.scores import auroc, share
from ops.console import ROOT, Trouble

BANKING, CLINC = "BANKING77, ten examples an intent", "CLINC150 small"
TRAIN, TEST, SMALL = "banking77-train-10-a-class.csv", "banking77-test.csv", "clinc150-small.json"
BARS = {BANKING: 0.86, CLINC: 0.95}
AUROC_BAR = 0.965
GIVE = "give the folder of the public sets (`make bench SETS=folder`)"
# Each message then gets its likeliest label, whatever it is and however likely.
CLASSIFIER = "TopicClassifier"
OPEN = {"sure": 0.0, "margin": 0.0, "sure_in_form": 0.0}


@dataclass(frozen=True)
class PublicSet:
    """What is learnt, what is asked, and messages that belong to no label."""

    name: str
    learnt: list[Example]
    asked: list[Example]
    outside: list[str]

    @property
    def messages(self) -> list[str]:
        """Everything to be understood: what is asked, then what is outside."""
        return [text for text, _ in self.asked] + self.outside


async def measure() -> list[Figure]:
    return [figure for name in BARS for figure in _measured(name)]


def _measured(name: str) -> list[Figure]:
    found = public_set(name)
    if found is None:
        return not_measured(f"{name}, ours", name, GIVE)
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        model, seconds = train(project(our_pipeline(), found.learnt), Path(made))
        parsed = parse(model, found.messages)
    return [
        *scored(f"{name}, ours", found, parsed, bars=True),
        Figure(f"{name}, ours: training", seconds, "s"),
    ]


def scored(who: str, found: PublicSet, parsed: Sequence[Parsed], *, bars: bool) -> list[Figure]:
    """Accuracy on what is asked, and how well the outside is told from it by the confidence."""
    inside, outside = parsed[: len(found.asked)], parsed[len(found.asked) :]
    pairs = list(zip(inside, found.asked, strict=True))
    right = share(pairs, lambda pair: pair[0].best == pair[1][1])
    figures = [Figure(f"{who}: accuracy", right, bar=BARS[found.name] if bars else None, sense="at least")]
    if outside:
        told = auroc([it.confidence for it in inside], [it.confidence for it in outside])
        figures.append(_auroc(who, told, AUROC_BAR if bars else None))
    return figures


def not_measured(who: str, name: str, why: str) -> list[Figure]:
    """The same rows where there is nothing to tell."""
    accuracy = Figure(f"{who}: accuracy", None, missing=why)
    return [accuracy, _auroc(who, None, None, why)] if name == CLINC else [accuracy]


def _auroc(who: str, value: float | None, bar: float | None, missing: str = "") -> Figure:
    name = f"{who}: out of scope, AUROC of the highest probability"
    return Figure(name, value, bar=bar, sense="at least", missing=missing)


def our_pipeline() -> list[dict[str, Any]]:
    """The pipeline of config.yml with its thresholds open."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return [{**part, **OPEN} if part["name"].endswith(CLASSIFIER) else part for part in pipeline]


def public_set(name: str) -> PublicSet | None:
    """A public set from the folder in SETS; None when no folder was given. Raises Trouble."""
    if not (given := os.environ.get("SETS")):
        return None
    folder = Path(given).resolve()
    try:
        return _banking(folder) if name == BANKING else _clinc(folder)
    except (OSError, ValueError, KeyError) as fault:
        raise Trouble(
            f"SETS is {given!r}; {name} cannot be read there ({type(fault).__name__}: {fault})."
        ) from None


def _banking(folder: Path) -> PublicSet:
    return PublicSet(BANKING, _rows(folder / TRAIN), _rows(folder / TEST), [])


def _rows(file: Path) -> list[Example]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["category"]) for row in csv.DictReader(lines)]


def _clinc(folder: Path) -> PublicSet:
    """Learnt without its out-of-scope part, as a bot meets the unknown."""
    parts: Mapping[str, list[list[str]]] = json.loads((folder / SMALL).read_text(encoding="utf-8"))
    learnt, asked = ([(text, label) for text, label in parts[part]] for part in ("train", "test"))
    return PublicSet(CLINC, learnt, asked, [text for text, _ in parts["oos_test"]])


if __name__ == "__main__":
    main(measure)
