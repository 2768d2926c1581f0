"""Rasa's understanding alone: train a pipeline on labelled texts, and have a model understand messages.
Both run in Rasa's own environment, in a process of their own."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ops.bootstrap import BOT
from ops.console import ROOT, Trouble, run_logged, shown_path
from ops.settings import ONE_THREAD, QUIET

LOGS = ROOT / "var/bench/logs"
# Rasa would take what it made before from its cache.
COLD = {"RASA_MAX_CACHE_SIZE": "0"}
Example = tuple[str, str]
"""A text and its label."""


@dataclass(frozen=True)
class Parsed:
    """What was understood of one message: the intent, the likeliest label before thresholds, the seconds
    that the graph took, and those of our own components in it."""

    intent: str
    best: str
    confidence: float
    seconds: float
    own_seconds: float


def environment() -> dict[str, str]:
    """What Rasa's programs are started with."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | QUIET


def project(pipeline: Sequence[Mapping[str, Any]], examples: Iterable[Example]) -> dict[str, str]:
    """The files of a project that only understands, each label an intent."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in examples:
        by_label[label].append(f"- {one_line(text)}\n")
    nlu = [{"intent": label, "examples": "".join(texts)} for label, texts in by_label.items()]
    config = {"recipe": "default.v1", "assistant_id": "bench", "language": "en", "pipeline": list(pipeline)}
    contents = {
        "config.yml": {**config, "policies": []},
        "domain.yml": {"version": "3.1", "intents": list(by_label)},
        "nlu.yml": {"version": "3.1", "nlu": nlu},
    }
    return {name: yaml.safe_dump(content, width=10_000) for name, content in contents.items()}


def one_line(text: str) -> str:
    """The text as Rasa's training files can hold it."""
    return " ".join(text.split())


def train(files: Mapping[str, str], folder: Path) -> tuple[Path, float]:
    """Train a project's files in the folder, nothing taken from caches; the model and the seconds."""
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    command = [str(BOT.python), "-m", "rasa", "train", "nlu", "--config", str(folder / "config.yml")]
    command += ["--domain", str(folder / "domain.yml"), "--nlu", str(folder / "nlu.yml")]
    command += ["--out", str(folder), "--fixed-model-name", "model"]
    return run_training(command, folder / "model.tar.gz")


def run_training(
    command: Sequence[str], model: Path, env: Mapping[str, str] | None = None
) -> tuple[Path, float]:
    """Run `rasa train` from a cold start; the model and the seconds. Raises Trouble."""
    log = LOGS / "train.log"
    started = time.perf_counter()
    code, _ = run_logged(command, "training", log, env={**(env or environment()), **COLD})
    seconds = time.perf_counter() - started
    if code != 0 or not model.is_file():
        raise Trouble(f"Rasa could not be trained for the bench; see {shown_path(log)}.")
    return model, seconds


def parse(model: Path, messages: Sequence[str]) -> list[Parsed]:
    """Have the model understand the messages, one after another. Raises Trouble."""
    log = LOGS / "parse.log"
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        asked, found = Path(made) / "messages.json", Path(made) / "found.json"
        asked.write_text(json.dumps(messages), encoding="utf-8")
        command = [str(BOT.python), "-m", "bench.parse", str(model), str(asked), str(found)]
        code, _ = run_logged(command, f"{len(messages)} messages", log, env=environment() | ONE_THREAD)
        if code != 0:
            raise Trouble(f"A model of the bench understood nothing; see {shown_path(log)}.")
        return [Parsed(**entry) for entry in json.loads(found.read_text(encoding="utf-8"))]
