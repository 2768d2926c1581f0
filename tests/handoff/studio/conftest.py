"""Trainings with small stand-ins for the programs that learn and check."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from handoff.studio import programs
from tests.handoff.studio.scripts import Script

TRAINER = Path(__file__).with_name("trainer.py")


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Comes before `parts`, whose job uses it."""

    def command(data_dir: Path) -> list[str]:
        return [sys.executable, str(TRAINER), str(tmp_path)]

    monkeypatch.setattr(programs, "command", command)
    return Script(tmp_path)
