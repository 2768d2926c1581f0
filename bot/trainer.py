"""`python -m bot.trainer DATA_DIR`: checks, learns and rehearses a release, with Rasa loaded once.

A request is a line of JSON on the way in, {"do": "check", ...}, its answer a line on the way out. What goes
wrong ends it. What the texts mean is kept in the data folder, as the next release has mostly the same ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.encoder import Encoder, Vectors
from ops import settings, train
from ops.console import ROOT

VECTORS = "vectors.npz"
STORIES = "tests/bot/test_stories.yml"
DATA = ("data/nlu", "data/rules", "data/stories")
Asked = Mapping[str, str]


def check(data_dir: Path, asked: Asked) -> dict[str, Any]:
    """{live, candidate}: {faults}, sentences for editors about the questions of the candidate's folder."""
    from bot.gate import compared

    with remembering(data_dir / VECTORS):
        return {"faults": compared(Path(asked["live"]), Path(asked["candidate"]))}


def learn(data_dir: Path, asked: Asked) -> dict[str, Any]:
    """{folder}: {model}, the one that has learnt a release folder; it is there, or is trained now."""
    os.environ["WAYLINE_RELEASE_DIR"] = asked["folder"]
    values = {"WAYLINE_DATA_DIR": str(data_dir), "WAYLINE_RELEASE_DIR": asked["folder"]}
    with remembering(data_dir / VECTORS):
        return {"model": str(train.model_for(settings.Settings(values), _learnt))}


def _learnt(chosen: settings.Settings, folder: Path, name: str) -> None:
    """What `rasa train` does, here."""
    from rasa.model_training import train as rasa_train

    data = [part for part in DATA if (ROOT / part).is_dir()]
    rasa_train("domain.yml", "config.yml", data, str(folder), fixed_model_name=name)


def rehearse(data_dir: Path, asked: Asked) -> dict[str, Any]:
    """{model, folder, out}: {failed}, the names of the dialogue tests that went otherwise than written."""
    from rasa.model_testing import test_core

    os.environ["WAYLINE_RELEASE_DIR"] = asked["folder"]
    out = Path(asked["out"])
    for report in out.glob("*stor*"):
        report.unlink()
    asyncio.run(test_core(asked["model"], STORIES, str(out), {"disable_plotting": True}))
    played = json.loads((out / "story_report.json").read_text("utf-8"))["conversation_accuracy"]
    failed = yaml.safe_load((out / "failed_test_stories.yml").read_text("utf-8"))
    names = [story["story"].partition(" (")[0] for story in failed["stories"]] if failed else []
    if not played["total"] or len(names) != played["total"] - played["correct"]:
        raise RuntimeError("the dialogue tests were not played")
    return {"failed": names}


@contextlib.contextmanager
def remembering(kept: Path) -> Iterator[None]:
    """The encoder begins with what it read in earlier trainings; what it reads now is kept for later ones."""
    encoder = Encoder.shared()
    encoder.remember(kept_vectors(kept, encoder.fingerprint))
    yield
    _keep(kept, encoder)


def kept_vectors(kept: Path, network: str) -> dict[str, Vectors]:
    """What was kept, if it can be read and is by the same network; it is only to save time."""
    try:
        with kept.open("rb") as raw, np.load(raw) as file:
            if file["network"].tobytes().decode() == network:
                texts = json.loads(file["texts"].tobytes())
                return dict(zip(texts, file["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
    return {}


def _keep(kept: Path, encoder: Encoder) -> None:
    """Whole or not at all; a disk that is full only costs time."""
    texts, new = encoder.remembered(), kept.with_suffix(".new.npz")
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            new,
            network=np.frombuffer(encoder.fingerprint.encode(), np.uint8),
            texts=np.frombuffer(json.dumps(list(texts)).encode(), np.uint8),
            vectors=np.stack(list(texts.values())) if texts else np.zeros((0, encoder.dimensions)),
        )
        new.replace(kept)


DO: Mapping[str, Callable[[Path, Asked], dict[str, Any]]] = {
    "check": check,
    "train": learn,
    "rehearse": rehearse,
}


def main() -> None:
    """Answer requests until there are no more."""
    # Rasa says what it likes on the usual way out; answers have one of their own.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    data_dir = Path(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(DO[asked["do"]](data_dir, asked)), file=out, flush=True)


if __name__ == "__main__":
    main()
