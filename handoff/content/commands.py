"""`python -m handoff export-content` and `import-content`: all answers as files that git can hold."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.vocabulary import Vocabulary
from handoff.content.entries import ContentFaults, Fault
from handoff.content.facts import Facts
from handoff.content.moving import (
    ABSENT,
    CHANGED,
    DRAFTED,
    NEW,
    OPEN,
    SAME,
    Brought,
    bring_in,
    live_files,
    read_folder,
    read_in,
)
from handoff.db import Database
from handoff.errors import Forbidden, Unprocessable
from handoff.staff import service as staff

RIGHT = "content.edit"
SAID = {
    NEW: "new",
    CHANGED: "changed",
    DRAFTED: "a draft says so already",
    OPEN: "left alone: another draft of it is open",
    ABSENT: "in none of the files: stays live",
}


def add_arguments(commands: Any) -> None:
    """The two commands, added to the parser's others."""
    out = commands.add_parser("export-content")
    out.add_argument("folder", type=Path)
    back = commands.add_parser("import-content")
    back.add_argument("folder", type=Path)
    back.add_argument("--as", dest="email", required=True, help="the editor whose drafts they become")
    back.add_argument("--dry-run", action="store_true", help="only say what would change")


async def export(db: Database, folder: Path) -> str:
    """Write the live answers; other .yml files of the folder are left, and named."""
    async with db.reading() as session:
        files = await live_files(session)
    others = await asyncio.to_thread(_write, folder, files)
    also = [f"not written by this, and still there: {', '.join(others)}"] if others else []
    return "\n".join([f"{len(files)} files in {folder}", *also])


async def bring(
    db: Database, now: datetime, vocabulary: Vocabulary, facts: Facts, asked: argparse.Namespace
) -> str:
    """Bring a folder in as drafts of one editor; what came of each answer, a line each."""
    files = await asyncio.to_thread(_read, asked.folder)
    async with db.reading() as session:
        person = await staff.by_email(session, asked.email)
        if person is None:
            raise Unprocessable("unknown", "No member of staff has that e-mail address.")
        if not staff.may(vocabulary, person, RIGHT):
            raise Forbidden("no_right", "That member of staff may not write answers.")
        answers = await read_in(session, files, facts)
    async with db.reading() if asked.dry_run else db.transaction() as session:
        found = await bring_in(session, now, person.id, files, answers, trial=asked.dry_run)
    return "\n".join([*_lines(found), _sum(found, asked.dry_run)])


def _read(folder: Path) -> dict[str, str]:
    try:
        found = read_folder(folder)
    except UnicodeDecodeError:
        raise Unprocessable("not_utf8", f"A file in {folder} is not UTF-8 text.") from None
    if not found:
        raise ContentFaults([Fault(str(folder), 1, "no answers here: give a folder that holds *.yml files")])
    return found


def _write(folder: Path, files: Mapping[str, str]) -> list[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_bytes(text.encode("utf-8"))
        return sorted(path.name for path in folder.glob("*.yml") if path.name not in files)
    except OSError as error:
        raise Unprocessable("not_written", f"{folder} cannot be written ({error.strerror}).") from None


def _lines(found: Sequence[Brought]) -> list[str]:
    told = [one for one in found if one.what != SAME]
    return [": ".join(filter(None, (one.slug, SAID[one.what], ", ".join(one.fields)))) for one in told]


def _sum(found: Sequence[Brought], trial: bool) -> str:
    made = sum(one.what in (NEW, CHANGED) for one in found)
    drafts = f"{made} {'draft' if made == 1 else 'drafts'}"
    return f"{drafts} would be made; nothing was changed" if trial else f"{drafts} made"
