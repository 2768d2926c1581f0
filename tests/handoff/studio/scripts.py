"""What the stand-in programs of a training do in a test."""

from __future__ import annotations

from pathlib import Path


class Script:
    """What the stand-in programs do, and what they were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def let(self, program: str, way: str) -> None:
        (self.folder / program).write_text(way)

    @property
    def asked(self) -> list[str]:
        file = self.folder / "asked.txt"
        return file.read_text().split() if file.is_file() else []
