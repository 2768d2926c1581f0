"""Release folders: what the assistant learns from, written whole or not at all; links to what is live."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from ops.console import ROOT
from ops.train import CURRENT, LIVE, on_disk, point, unfinished

SHIPPED = ROOT / "data/content"
SCREENING = (ROOT / "data/screening", ROOT / "bot/models/screening")


class Folders:
    """The releases and models of a data folder. Every method touches the disk: call it in a thread.

    What is written counts as made when it would survive a power cut.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data = data_dir.resolve()

    def of(self, number: int | None) -> Path:
        """What release folder a number means; None is the shipped answers."""
        return self._data / "releases" / str(number) if number else SHIPPED

    def write(self, number: int, files: Mapping[str, str], name: str = "") -> Path:
        """A release folder with these files, in one step: half a folder is never read."""
        target = self.of(number).with_name(name or str(number))
        target.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(target.parent, ".writing-") as folder:
            for file, text in files.items():
                (folder / file).write_text(text, "utf-8")
                on_disk(folder / file)
            on_disk(folder)
            shutil.rmtree(target, ignore_errors=True)
            folder.rename(target)
            folder.mkdir()  # for the context to remove
            on_disk(target.parent)
        return target

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def current(self) -> int | None:
        """The folder that the link names as live; None when it is not there, as shipped."""
        link = self._data / CURRENT
        name = link.readlink().name if link.is_symlink() and link.is_dir() else ""
        return int(name) if name.isdigit() else None

    def model(self) -> Path | None:
        """The model that the link names as live, there or gone; None when nothing was started from here."""
        link = self._data / "models" / LIVE
        return link.resolve() if link.is_symlink() else None

    def make_live(self, number: int | None, model: Path) -> None:
        """What a Rasa, or everything, takes when it is started again.

        The release comes last: its link says that both are done.
        """
        point(self._data / "models" / LIVE, model)
        if number:
            point(self._data / CURRENT, self.of(number))
        else:
            (self._data / CURRENT).unlink(missing_ok=True)
            if (self._data / CURRENT).parent.is_dir():
                on_disk((self._data / CURRENT).parent)

    def screening(self) -> str:
        """Differs when anything that screening goes by does."""
        digest = hashlib.sha256()
        for folder in SCREENING:
            for path in sorted(one for one in folder.rglob("*") if one.is_file()):
                digest.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()
