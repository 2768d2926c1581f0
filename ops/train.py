"""Trains Rasa when something it learns from has changed, and keeps the last few models.
A model is named after the hash of everything that went into it, so a name says whether it is current."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops import settings
from ops.bootstrap import BOT
from ops.console import ROOT, Trouble, one_sentence, run_logged, say, shown_path

KEPT_MODELS = 3
LEFT_BEHIND_SECONDS = 24 * 3600
LIVE = "live"
"""Among the models, the link to the one that is answering: a Rasa that starts again takes it."""
CURRENT = "releases/current"
"""In the data folder, the link to the release folder that the answering model was trained on."""
FILES = (
    *("config.yml", "domain.yml", "data/translations.yml", "requirements/bot.txt"),
    *("bot/importer.py", "bot/translations.py", "bot/encoder.py"),
)
FOLDERS = ("data/nlu", "data/rules", "data/stories", "bot/components", "bot/models/encoder")


def content_folder(chosen: settings.Settings) -> Path:
    """The answers the model learns from: a named release, else the live one, else the shipped ones."""
    if named := chosen.values.get("WAYLINE_RELEASE_DIR"):
        return ROOT / named
    current = chosen.data_dir / CURRENT
    return current if current.is_dir() else ROOT / "data/content"


def inputs(chosen: settings.Settings) -> Iterator[Path]:
    """Every file the model is made from, in a settled order."""
    yield from (ROOT / name for name in FILES)
    for folder in (*(ROOT / name for name in FOLDERS), content_folder(chosen)):
        kept = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        yield from sorted(kept)


def fingerprint(chosen: settings.Settings) -> str:
    """Changes whenever any input is changed, added, renamed or removed."""
    digest, answers = hashlib.sha256(), content_folder(chosen)
    for path in inputs(chosen):
        content = path.read_bytes() if path.is_file() else b""
        ours = path.is_relative_to(ROOT) and not path.is_relative_to(answers)
        name = path.relative_to(ROOT) if ours else path.name  # the same answers elsewhere are the same
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


Learn = Callable[[settings.Settings, Path, str], None]
"""Trains the assistant into a folder, under a name; raises Trouble."""


def model_for(chosen: settings.Settings, learn: Learn | None = None) -> Path:
    """The model for the inputs as they are now, trained first if need be: by `learn`, else by `rasa train`.

    Raises Trouble.
    """
    models = chosen.data_dir / "models"
    model = models / f"{fingerprint(chosen)}.tar.gz"
    if model.is_file():
        os.utime(model)
    else:
        models.mkdir(parents=True, exist_ok=True)
        _train(chosen, model, learn or _by_rasa)
    _remove_old(models)
    return model


def command(folder: Path, name: str) -> list[str]:
    """What trains the assistant from the project's own files, to be run at its root.

    Rasa's own validation reads everything once more; `make test` does it instead (`rasa data validate`).
    """
    rasa = [str(BOT.python), "-m", "rasa", "train", "--domain", "domain.yml", "--config", "config.yml"]
    data = ["--data", "data/nlu", "data/rules", "data/stories"]
    return [*rasa, *data, "--skip-validation", "--out", str(folder), "--fixed-model-name", name]


@contextmanager
def unfinished(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder to work in that is gone afterwards. What processes that were killed left, a day ago or more,
    goes too; nothing takes that long."""
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError):  # another process clears up at the same time
            if time.time() - left.stat().st_mtime > LEFT_BEHIND_SECONDS:
                shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=parent, prefix=prefix) as name:
        yield Path(name)


def _train(chosen: settings.Settings, model: Path, learn: Learn) -> None:
    with unfinished(model.parent, ".training-") as folder:
        learn(chosen, folder, model.name.removesuffix(".tar.gz"))
        made = folder / model.name
        on_disk(made)
        made.replace(model)
        on_disk(model.parent)


def _by_rasa(chosen: settings.Settings, folder: Path, name: str) -> None:
    """`rasa train`, in a process of its own."""
    say("Training the assistant, because what it learns from has changed")
    log = chosen.data_dir / "logs/train.log"
    code, output = run_logged(command(folder, name), "training", log, env=chosen.for_training())
    if code != 0 or not (folder / f"{name}.tar.gz").is_file():
        full = shutil.disk_usage(folder).free == 0 or "No space left on device" in output
        reason = "the disk is full" if full else f"rasa train stopped with exit code {code}"
        raise Trouble(f"Training failed: {reason}. Details: {shown_path(log)}")


def on_disk(path: Path) -> None:
    """Return when a file, or the names in a folder, would survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove_old(models: Path) -> None:
    live = (models / LIVE).resolve()
    others = [path for path in models.glob("*.tar.gz") if path.resolve() != live]
    newest_first = sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)
    for old in newest_first[KEPT_MODELS:]:
        old.unlink(missing_ok=True)


def point(link: Path, target: Path) -> None:
    """Have the link lead there, in one step: whoever looks finds the old place or the new one."""
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".{link.name}-new")
    new.unlink(missing_ok=True)
    new.symlink_to(os.path.relpath(target.resolve(), link.parent.resolve()))  # the folder may be moved
    new.replace(link)
    on_disk(link.parent)


def main() -> None:
    """Train if needed and print where the model is."""
    with one_sentence():
        say(shown_path(model_for(settings.load())))


if __name__ == "__main__":
    main()
