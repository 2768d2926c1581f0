"""The guides show what there is: every picture they name is there, small, said in words, and shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURE = re.compile(r'!\[(?P<alt>[^\]]*)\]\((?P<path>[^)]+)\)|<img src="(?P<source>[^"]+)"(?P<rest>[^>]*)>')
LARGEST = 150 * 1024


def pictures(guide: Path) -> list[tuple[Path, str]]:
    """Each picture of a guide, with what it says in words."""
    found = []
    for one in PICTURE.finditer(guide.read_text("utf-8")):
        alt = re.search(r'alt="([^"]*)"', one["rest"] or "")
        path = guide.parent / (one["path"] or one["source"])
        found.append((path.resolve(), one["alt"] or (alt[1] if alt else "")))
    return found


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_picture_of_a_guide_is_there_small_and_said_in_words(guide: Path) -> None:
    for path, alt in pictures(guide):
        assert path.is_file(), f"run python -m docs.screenshots: there is no {path.name}"
        assert path.stat().st_size <= LARGEST
        assert len(alt) >= 5, f"say what {path.name} shows"


def test_no_picture_is_kept_that_no_guide_shows() -> None:
    shown = {path for guide in GUIDES for path, _ in pictures(guide)}
    assert sorted(set((ROOT / "docs/images").glob("*.png")) - shown) == []
