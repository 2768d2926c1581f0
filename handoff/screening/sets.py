"""What screening goes by, as text: phrases (with their spelling), fixed messages, three lists beside them.

A set is canonical JSON, named by its SHA-256. The shipped files are used only while they match their seal."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

log = logging.getLogger(__name__)
Made = TypeVar("Made")
SHIPPED: Final = Path(__file__).resolve().parents[2] / "data" / "screening"
PHRASES, MESSAGES = "phrases", "messages"
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    PHRASES: ("phrases.yml", "spelling.yml"),
    MESSAGES: ("messages.yml",),
}
TAKEN_BACK, LANGUAGES, LEAVING, ANSWERS = "taken_back.yml", "languages.yml", "leaving.yml", "answers.yml"
BESIDE: Final = (TAKEN_BACK, LANGUAGES, LEAVING, ANSWERS)  # sealed too; the console edits no edition of them
SEAL = "hashes.yml"
_HEAD = "# What screening goes by (SHA-256). Once a change is approved: python -m handoff seal-screening\n"


class SealBroken(ValueError):
    """A shipped file is not the one that was approved; the text names every such file."""


def canonical(document: object) -> str:
    """A document as the text that is kept, compared and hashed; order counts, as it does in the files."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def read_set(kind: str, folder: Path = SHIPPED) -> str:
    """The body of the set in `folder`: {file's name without .yml: its document}."""
    files = {Path(name).stem: (folder / name).read_text(encoding="utf-8") for name in FILES[kind]}
    return canonical({stem: yaml.safe_load(text) for stem, text in files.items()})


def read_sealed(kind: str, folder: Path = SHIPPED) -> str:
    """The same, of files that match the seal; SealBroken when one does not or cannot be read."""
    broken = [name for name in FILES[kind] if name in broken_seals(folder)]
    if broken:
        raise SealBroken(
            f"{', '.join(broken)} differ from {SEAL}: undo the change, or, "
            "once it is approved, run python -m handoff seal-screening"
        )
    return read_set(kind, folder)


def made_of(make: Callable[..., Made], *names: str, folder: Path, lost: str) -> Made | None:
    """What `make` makes of the documents of these files, one argument each, as they were sealed.

    None, and `lost` in the log, where that cannot be, whatever is wrong: screening goes on without it.
    """
    try:
        broken = broken_seals(folder)
        if differing := [name for name in names if name in broken]:
            raise SealBroken(f"{', '.join(differing)} differ from {SEAL}")
        return make(*(yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in names))
    except Exception as error:
        log.error("%s why=%s", lost, type(error).__name__)
        return None


@cache
def faults_beside(folder: Path) -> tuple[str, ...]:
    """In a sentence each, the files beside the sets that are not used; found out once in a process."""
    broken = [name for name in BESIDE if name in broken_seals(folder)]
    return tuple(f"The shipped {name} is not used: it differs from {SEAL}." for name in broken)


def broken_seals(folder: Path = SHIPPED) -> list[str]:
    """The files that differ from the seal."""
    try:
        sealed = yaml.safe_load((folder / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        sealed = None
    known: dict[str, Any] = sealed if isinstance(sealed, dict) else {}
    return [name for name, found in _hashes(folder).items() if found is None or known.get(name) != found]


def seal(folder: Path = SHIPPED) -> None:
    """Write the seal of the files as they are now."""
    lines = [f"{name}: {found}\n" for name, found in _hashes(folder).items()]
    (folder / SEAL).write_text(_HEAD + "".join(lines), encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str | None]:
    names = [name for kind in FILES.values() for name in kind]
    return {name: _hash(folder / name) for name in (*names, *BESIDE)}


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
