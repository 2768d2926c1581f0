"""The whole content out as files of YAML and in again as drafts, so that git can hold it.

What goes out is what is live. What comes in is never live by itself: somebody else approves it, as ever.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.content.checks import OPTIONAL
from handoff.content.entries import ContentFaults, Fault, wild
from handoff.content.facts import Facts
from handoff.content.layouts import LAYOUT, keep, layouts
from handoff.content.live import live_release, release_revisions
from handoff.content.model import DRAFT, PUBLISHED, SET_ASIDE, Answer, Release, Revision
from handoff.content.seed import SeedAnswer, load_content
from handoff.content.service import SHIPPED, as_revision, differing, next_number
from handoff.content.withdrawing import is_name
from handoff.content.written import Block, blocks, file_text
from handoff.db import ROW

Files = Mapping[str, str]
NEW, CHANGED, SAME, DRAFTED, OPEN, ABSENT = "new", "changed", "same", "drafted", "open", "absent"


@dataclass(frozen=True)
class Brought:
    """What bringing files in does to one answer: `fields` are those that say something else than live.

    new and changed become drafts; drafted has a draft already that says so; open has another one, which
    stays as it is; absent is live and in none of the files, and stays live.
    """

    slug: str
    title: str
    what: str
    fields: tuple[str, ...] = ()


def fields_of(revision: Revision) -> dict[str, Any]:
    """A revision as an entry of a file."""
    source = revision.source
    fields: dict[str, Any] = {
        "slug": revision.slug,
        "title": revision.title,
        "web": revision.web,
        "sms": revision.sms,
        "differs": revision.differs or "",
        "next": list(revision.next),
        "source": {**source, "checked": date.fromisoformat(source["checked"])},
        "review": revision.review_on,
        "examples": list(revision.examples),
        "areas": dict(revision.areas),
        "goes_to": revision.goes_to,
    }
    return {name: said for name, said in fields.items() if said or name not in OPTIONAL}


def read_folder(folder: Path) -> dict[str, str]:
    """The files of answers in a folder, by name."""
    return {path.name: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.yml"))}


async def files_of(session: AsyncSession, number: int, shipped: Files | None = None) -> dict[str, str]:
    """A release as files of data/content."""
    return await files_saying(session, await release_revisions(session, number), shipped)


async def files_saying(
    session: AsyncSession, found: Mapping[str, Revision], shipped: Files | None = None
) -> dict[str, str]:
    """Revisions as files of data/content: a file's text where they came from one, to the last byte."""
    shipped = await asyncio.to_thread(read_folder, SHIPPED) if shipped is None else shipped
    laid_out, groups = {**shipped, **await layouts(session)}, await _groups(session)
    return await asyncio.to_thread(_laid_out, list(found.values()), groups, laid_out, shipped)


async def live_files(session: AsyncSession) -> dict[str, str]:
    """What is live, as files."""
    return await files_of(session, await live_release(session))


async def read_in(session: AsyncSession, files: Files, facts: Facts) -> list[SeedAnswer]:
    """The answers that the files hold. It takes seconds for large ones: not while a transaction waits.

    Raises ContentFaults, with every fault by file and line.
    """
    live = await release_revisions(session, await live_release(session))
    answers = await asyncio.to_thread(_read, files, facts, frozenset(live))
    groups = await _groups(session)
    if faults := [fault for one in answers for fault in _misplaced(one, groups.get(one.slug), files)]:
        raise ContentFaults(faults)
    return answers


async def bring_in(
    session: AsyncSession,
    now: datetime,
    by: uuid.UUID,
    files: Files,
    answers: Sequence[SeedAnswer],
    *,
    trial: bool = False,
) -> list[Brought]:
    """Make a draft of every answer that the files (`read_in`) say otherwise than live; in a trial, which
    writes nothing, only say which."""
    if not trial:
        await _one_at_a_time(session, [one.slug for one in answers])
    live = await release_revisions(session, await live_release(session))
    drafts = await _open_drafts(session)
    found = [_compared(one, as_revision(one, now), live, drafts) for one in answers]
    if not trial:
        await _keep(session, now, by, answers, found, await keep(session, now, files))
    absent = [Brought(slug, live[slug].title, ABSENT) for slug in live.keys() - {one.slug for one in answers}]
    return [*found, *sorted(absent, key=lambda one: one.slug)]


def _laid_out(
    revisions: Sequence[Revision], groups: Mapping[str, str], layouts: Files, shipped: Files
) -> dict[str, str]:
    told: dict[str, list[dict[str, Any]]] = {}
    for revision in revisions:
        told.setdefault(f"{groups[revision.slug]}.yml", []).append(fields_of(revision))
    spare = [block for text in shipped.values() for block in _blocks(text)]
    return {name: file_text(told[name], layouts.get(name, ""), spare) for name in sorted(told)}


def _blocks(text: str) -> list[Block]:
    try:
        return blocks(text)[1]
    except ValueError:  # a shipped file that somebody broke gives no text to take over
        return []


def _read(files: Files, facts: Facts, live: frozenset[str]) -> list[SeedAnswer]:
    groups = {path.stem for path in SHIPPED.glob("*.yml")}
    strange = [name for name in files if Path(name).stem not in groups or Path(name).name != name]
    if strange:
        told = f"no group of answers has this name: use {', '.join(sorted(groups))}"
        raise ContentFaults([Fault(name, 1, told) for name in strange])
    if faults := [fault for name, text in files.items() for fault in wild(name, text)]:
        raise ContentFaults(faults)
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode("utf-8"))
        try:
            return load_content(Path(folder), facts, beside=live)
        except ContentFaults as found:
            raise ContentFaults([_named(fault, folder) for fault in found.faults]) from None


async def _groups(session: AsyncSession) -> dict[str, str]:
    """The group of every answer there ever was, by slug."""
    query = select(Answer.slug, Answer.topic_group)
    return {slug: group for slug, group in await session.execute(query)}


def _misplaced(answer: SeedAnswer, group: str | None, files: Files) -> Iterator[Fault]:
    """Why an answer cannot stand where its file has it. One that is known stays in its group: a draft holds
    words alone, so that the move would be lost without a word, and nobody would have approved it."""
    name = f"{answer.group}.yml"
    lines = files[name].splitlines()
    line = next((at for at, text in enumerate(lines, 1) if text.split()[-2:] == ["slug:", answer.slug]), 1)
    if group is None and not is_name(answer.slug):
        yield Fault(name, line, f"no new answer can be named {answer.slug}: use another name")
    if group is not None and group != answer.group:
        told = f"{answer.slug} belongs to {group}.yml, and files cannot move an answer: put it back there"
        yield Fault(name, line, told)


def _named(fault: Fault, folder: str) -> Fault:
    told = fault.problem.replace(f"{folder}/", "")
    return replace(fault, file=Path(fault.file.replace(folder, "files")).name, problem=told)


async def _one_at_a_time(session: AsyncSession, slugs: Sequence[str]) -> None:
    """Two people who bring files in wait for each other (both may hold the same new answer), and for
    whoever starts a draft just now."""
    release = select(Release).where(Release.number == await live_release(session))
    await session.execute(release.with_for_update(**ROW))
    answers = select(Answer.slug).where(Answer.slug.in_(slugs)).order_by(Answer.slug)
    await session.execute(answers.with_for_update(**ROW))


async def _open_drafts(session: AsyncSession) -> dict[str, Revision]:
    undecided = Revision.state.not_in((PUBLISHED, SET_ASIDE))
    query = select(Revision).where(undecided, Revision.author_id.is_not(None)).order_by(Revision.number)
    return {revision.slug: revision for revision in (await session.execute(query)).scalars()}


def _compared(
    answer: SeedAnswer, made: Revision, live: Mapping[str, Revision], drafts: Mapping[str, Revision]
) -> Brought:
    known, draft = live.get(answer.slug), drafts.get(answer.slug)
    fields = tuple(differing(known, made)) if known else ()
    if known and not fields:
        return Brought(answer.slug, answer.title, SAME)
    if draft:
        return Brought(answer.slug, answer.title, OPEN if differing(draft, made) else DRAFTED, fields)
    return Brought(answer.slug, answer.title, CHANGED if known else NEW, fields)


async def _keep(
    session: AsyncSession,
    now: datetime,
    by: uuid.UUID,
    answers: Sequence[SeedAnswer],
    found: Sequence[Brought],
    layout: int,
) -> None:
    wanted = {one.slug for one in found if one.what in (NEW, CHANGED)}
    known = set((await session.execute(select(Answer.slug).where(Answer.slug.in_(wanted)))).scalars())
    drafts = []
    for answer in sorted((one for one in answers if one.slug in wanted), key=lambda one: one.slug):
        if answer.slug not in known:
            session.add(Answer(slug=answer.slug, topic_group=answer.group, created_at=now))
            await session.flush()
        draft = as_revision(answer, now)
        draft.number, draft.state = await next_number(session, answer.slug), DRAFT
        draft.author_id, draft.editor_ids = by, [str(by)]
        session.add(draft)
        drafts.append(draft)
    await session.flush()
    for draft in drafts:
        await audit.record(session, now, by, "answer.import", f"revision:{draft.id}", slug=draft.slug)
    await audit.record(session, now, by, "content.import", "content", drafts=len(drafts), **{LAYOUT: layout})
