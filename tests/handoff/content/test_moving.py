"""All answers go out as files and come in again as drafts: nothing is lost, and nothing is live by itself."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.content import commands
from handoff.content.entries import ContentFaults
from handoff.content.model import Revision
from handoff.content.moving import Brought, bring_in, live_files, read_folder, read_in
from handoff.content.service import SHIPPED
from handoff.errors import Forbidden, Unprocessable
from handoff.staff import service as staff
from tests.handoff.cases.scenes import Colleague

EDITOR, PA = "editor.one@demo.test", "pa.camden@demo.test"
EMA = "/api/staff/answers/ema"
FILES = read_folder(SHIPPED)


async def _out(parts: Parts) -> dict[str, str]:
    async with parts.db.reading() as session:
        return await live_files(session)


async def _in(parts: Parts, files: dict[str, str], *, trial: bool = False) -> dict[str, Brought]:
    async with parts.db.reading() as session:
        person = await staff.by_email(session, EDITOR)
        answers = await read_in(session, files, parts.content.facts)
    assert person
    async with parts.db.transaction() as session:
        found = await bring_in(session, parts.clock.now(), person.id, files, answers, trial=trial)
    return {one.slug: one for one in found if one.what != "same"}


def _changed(files: dict[str, str], old: str, new: str) -> dict[str, str]:
    made = {name: text.replace(old, new) for name, text in files.items()}
    assert made != files
    return made


async def test_the_shipped_content_goes_round_byte_for_byte(parts: Parts) -> None:
    files = await _out(parts)
    assert files == FILES
    assert await _in(parts, files) == {} and await _out(parts) == files


@pytest.mark.parametrize("name", ["delete-my-data", "new", "files", "a" * 65])
async def test_a_name_that_no_new_answer_may_have_is_a_fault_with_its_line(parts: Parts, name: str) -> None:
    files = {"money.yml": FILES["money.yml"].replace("slug: ema\n", f"slug: {name}\n")}
    line = files["money.yml"].split(f"slug: {name}\n")[0].count("\n") + 1
    with pytest.raises(ContentFaults) as found:
        await _in(parts, files)
    assert ("money.yml", line) in [(one.file, one.line) for one in found.value.faults]


async def test_an_answer_in_another_groups_file_is_refused_by_name_and_nothing_comes_in(parts: Parts) -> None:
    start = FILES["money.yml"].index("- slug: ema\n")
    end = FILES["money.yml"].find("\n- slug: ", start) + 1 or len(FILES["money.yml"])
    ema = FILES["money.yml"][start:end]
    files = {
        **FILES,
        "money.yml": FILES["money.yml"].replace(ema, ""),
        "jobs.yml": FILES["jobs.yml"].rstrip("\n") + "\n\n" + ema.replace("title: EMA", "title: Old EMA"),
    }
    with pytest.raises(ContentFaults) as found:
        await _in(parts, files)
    line = files["jobs.yml"].split("- slug: ema\n")[0].count("\n") + 1
    told = "ema belongs to money.yml, and files cannot move an answer: put it back there"
    assert [(one.file, one.line, one.problem) for one in found.value.faults] == [("jobs.yml", line, told)]
    assert await _out(parts) == FILES


async def test_what_comes_in_is_a_draft_that_somebody_else_approves(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    files = _changed(await _out(parts), "title: EMA", "title: Old EMA")
    assert (await _in(parts, files))["ema"] == Brought("ema", "Old EMA", "changed", ("title",))
    _, ema = await jo.get(EMA)
    assert ema["draft"]["author"] == "Jo Davies" and ema["live"]["title"] == "EMA"
    assert (await _out(parts))["money.yml"] != files["money.yml"]


async def test_a_trial_says_what_would_change_and_changes_nothing(parts: Parts) -> None:
    files = _changed(await _out(parts), "title: EMA", "title: Old EMA")
    assert set(await _in(parts, files, trial=True)) == {"ema"}
    async with parts.db.reading() as session:
        drafts = select(Revision).where(Revision.author_id.is_not(None))
        assert list((await session.execute(drafts)).scalars()) == []


async def test_comments_that_came_in_go_out_again(parts: Parts) -> None:
    files = _changed(await _out(parts), "- slug: ema\n", "# Ended in 2011.\n- slug: ema # old\n")
    assert await _in(parts, files) == {}
    assert await _out(parts) == files


async def test_an_open_draft_is_left_alone_and_named(parts: Parts, jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    await jo.post(f"{EMA}/save", {"version": ema["draft"]["version"], "title": "Words of Jo"})
    files = _changed(await _out(parts), "title: EMA", "title: Old EMA")
    assert (await _in(parts, files))["ema"].what == "open"
    assert (await jo.get(EMA))[1]["draft"]["title"] == "Words of Jo"


async def test_the_same_files_again_make_no_second_draft(parts: Parts, jo: Colleague) -> None:
    files = _changed(await _out(parts), "title: EMA", "title: Old EMA")
    await _in(parts, files)
    assert (await _in(parts, files))["ema"].what == "drafted"


async def test_a_new_answer_comes_in_as_a_draft_and_one_that_is_missing_stays(
    parts: Parts, jo: Colleague
) -> None:
    files = _changed(await _out(parts), "- slug: ema\n  title: EMA", "- slug: ema-now\n  title: EMA now")
    files = {name: text.replace("[ema, ", "[").replace(", ema]", "]") for name, text in files.items()}
    found = await _in(parts, files)
    assert found["ema-now"].what == "new" and found["ema"].what == "absent"
    assert (await jo.get("/api/staff/answers/ema-now"))[1]["live"] is None
    assert (await jo.get(EMA))[1]["live"]["title"] == "EMA"


async def test_faults_are_named_by_file_and_line_and_nothing_comes_in(parts: Parts) -> None:
    files = _changed(await _out(parts), "title: EMA\n", "title: EMA\n  color: red\n")
    with pytest.raises(ContentFaults) as caught:
        await _in(parts, files)
    assert str(caught.value).startswith("money.yml:") and "/" not in str(caught.value).split(":")[0]
    assert await _in(parts, await _out(parts)) == {}


@pytest.mark.parametrize("name", ["other.yml", "../money.yml", "/etc/money.yml"])
async def test_a_file_that_is_no_group_of_answers_is_refused(parts: Parts, name: str) -> None:
    with pytest.raises(ContentFaults, match="no group of answers"):
        await _in(parts, {name: "[]"})


async def test_every_draft_that_came_in_is_on_record(parts: Parts) -> None:
    await _in(parts, _changed(await _out(parts), "title: EMA", "title: Old EMA"))
    async with parts.db.reading() as session:
        actions = [one.action for one in (await session.execute(select(AuditEntry))).scalars()]
    assert actions[-2:] == ["answer.import", "content.import"]


def _asked(folder: Path, email: str = EDITOR, dry_run: bool = False) -> argparse.Namespace:
    return argparse.Namespace(folder=folder, email=email, dry_run=dry_run)


async def test_the_commands_write_a_folder_and_bring_it_in(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "content"
    assert (await commands.export(parts.db, folder)).startswith("7 files")
    assert await asyncio.to_thread(read_folder, folder) == FILES
    money = folder / "money.yml"
    money.write_text(money.read_text("utf-8").replace("title: EMA", "title: Old EMA"), "utf-8")
    told = (parts.db, parts.clock.now(), parts.rules.vocabulary, parts.content.facts)
    said = await commands.bring(*told, _asked(folder, dry_run=True))
    assert said == "ema: changed: title\n1 draft would be made; nothing was changed"
    assert (await commands.bring(*told, _asked(folder))).endswith("1 draft made")


async def test_only_who_may_write_answers_brings_them_in(parts: Parts) -> None:
    told = (parts.db, parts.clock.now(), parts.rules.vocabulary, parts.content.facts)
    with pytest.raises(Forbidden):
        await commands.bring(*told, _asked(SHIPPED, PA))
    with pytest.raises(Unprocessable):
        await commands.bring(*told, _asked(SHIPPED, "nobody@demo.test"))
