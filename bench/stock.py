"""Bare stock Rasa, to compare with: pipeline and policies of `rasa init` (DIET), REST channel, in memory.
It learns the same examples and says the same answers; the trained models are kept in var/bench.

As `rasa init` has it, dialogue is rules and stories, and four policies speak on each step. `lean` is the
least that stock Rasa can do: DIET and rules, nothing learnt about dialogue.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from bench.nlu import environment, run_training
from bench.processes import free_port, running, wait_for
from bench.questions import answers
from ops.bootstrap import BOT
from ops.console import ROOT, Trouble, run_logged, say

FOLDERS = {False: ROOT / "var/bench/stock", True: ROOT / "var/bench/stock-lean"}
# How long it was trained changes what it answers, not how long it takes.
EPOCHS = 5


def policies(epochs: int) -> list[dict[str, Any]]:
    """What `rasa init` gives a project to decide with."""
    return [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
        {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True},
    ]


def pipeline(epochs: int) -> list[dict[str, Any]]:
    """What `rasa init` gives a project to understand with."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


@asynccontextmanager
async def stock_rasa(*, lean: bool = False) -> AsyncIterator[str]:
    """Train it if need be and run it for as long as the block lasts; gives its address."""
    folder, model, port = FOLDERS[lean], _trained(lean), free_port()
    command = [str(BOT.python), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--credentials", str(folder / "credentials.yml")]
    command += ["--endpoints", str(folder / "endpoints.yml")]
    async with running(command, environment(), folder / "run.log", cwd=folder):
        await wait_for(f"http://127.0.0.1:{port}/webhooks/rest/", "stock Rasa", 120)
        yield f"http://127.0.0.1:{port}"


def retrained(known: Sequence[Mapping[str, Any]], epochs: int) -> float:
    """The seconds of a full `rasa train` of these answers, with nothing taken from caches."""
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        folder = Path(made)
        for name, content in _project(known, epochs, lean=False):
            folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            folder.joinpath(name).write_text(yaml.safe_dump(content, width=1000))
        return run_training(_command(folder, folder, "model"), folder / "model.tar.gz")[1]


def _command(folder: Path, out: Path, name: str) -> list[str]:
    command = [str(BOT.python), "-m", "rasa", "train", "--config", str(folder / "config.yml")]
    command += ["--domain", str(folder / "domain.yml"), "--data", str(folder / "data")]
    return [*command, "--out", str(out), "--fixed-model-name", name]


def _trained(lean: bool) -> Path:
    project = _project(answers(), EPOCHS, lean=lean)
    files = {name: yaml.safe_dump(content, width=1000) for name, content in project}
    digest = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:12]
    folder = FOLDERS[lean]
    model = folder / "models" / f"{digest}.tar.gz"
    for name, content in files.items():
        folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(name).write_text(content)
    if not model.is_file():
        say("Training stock Rasa, once for these examples")
        command = _command(folder, model.parent, digest)
        log = folder / "train.log"
        if run_logged(command, "training stock Rasa", log, env=environment())[0] or not model.is_file():
            raise Trouble(f"Stock Rasa could not be trained; see {log.relative_to(ROOT)}.")
    return model


def _project(
    known_answers: Sequence[Mapping[str, Any]], epochs: int, *, lean: bool
) -> Iterator[tuple[str, Any]]:
    known = {answer["slug"].replace("-", "_"): answer for answer in known_answers}
    responses = {f"utter_{intent}": [{"text": answer["web"]}] for intent, answer in known.items()}
    responses["utter_default"] = [{"text": "Sorry, I did not understand."}]
    rules = [(intent, f"utter_{intent}") for intent in known] + [("nlu_fallback", "utter_default")]
    nlu = [
        {"intent": intent, "examples": "".join(f"- {example}\n" for example in answer["examples"])}
        for intent, answer in known.items()
    ]
    yield (
        "config.yml",
        {
            "recipe": "default.v1",
            "assistant_id": "stock",
            "language": "en",
            "pipeline": pipeline(epochs),
            "policies": [{"name": "RulePolicy"}] if lean else policies(epochs),
        },
    )
    yield "domain.yml", {"version": "3.1", "intents": list(known), "responses": responses}
    yield "data/nlu.yml", {"version": "3.1", "nlu": nlu}
    yield (
        "data/rules.yml",
        {
            "version": "3.1",
            "rules": [
                {"rule": intent, "steps": _asked_and_answered(intent, action)} for intent, action in rules
            ],
        },
    )
    if not lean:
        yield "data/stories.yml", {"version": "3.1", "stories": _stories(list(known))}
    yield "credentials.yml", {"rest": None}
    yield "endpoints.yml", {}


def _stories(intents: list[str]) -> list[dict[str, Any]]:
    """One question after another, so that the policies that learn have something to learn."""
    return [
        {
            "story": f"{first}, then {second}",
            "steps": [
                step for intent in (first, second) for step in _asked_and_answered(intent, f"utter_{intent}")
            ],
        }
        for first, second in pairwise(intents)
    ]


def _asked_and_answered(intent: str, action: str) -> list[dict[str, str]]:
    return [{"intent": intent}, {"action": action}]
