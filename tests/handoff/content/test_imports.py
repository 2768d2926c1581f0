"""What came in together: discarded in one step, opened again in one, and without a trace in what goes out."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.content.imports import MOST
from handoff.content.model import ContentFile
from handoff.content.moving import read_folder
from handoff.content.packed import packed, unpacked
from handoff.content.service import SHIPPED
from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.conftest import approved

FILES_PAGE = "/staff/answers/files"
EMA = "/api/staff/answers/ema"
SHIPPED_FILES = read_folder(SHIPPED)


def _renamed(files: Mapping[str, str], *slugs: str, remark: str = "") -> dict[str, str]:
    """The files with other titles for these answers, and a comment at the head of one."""
    made = {**files, "money.yml": remark + files["money.yml"]}
    for slug in slugs:
        wanted, other = f"- slug: {slug}\n  title: ", f"- slug: {slug}\n  title: Old "
        made = {name: text.replace(wanted, other) for name, text in made.items()}
    return made


async def _bring(jo: Colleague, files: Mapping[str, str]) -> str:
    raw = base64.b64encode(packed(files)).decode()
    status, made = await jo.submit(FILES_PAGE, zip=raw, sure="1")
    assert status == 200
    return made


async def _exported(jo: Colleague) -> dict[str, str]:
    async with jo.http.get(f"{FILES_PAGE}/answers.zip") as response:
        return unpacked(await response.read())


async def _brought_in(jo: Colleague, *slugs: str, remark: str = "") -> str:
    """Drafts of these answers, brought in together; the page's button for all of the import."""
    made = await _bring(jo, _renamed(SHIPPED_FILES, *slugs, remark=remark))
    assert f"{len(slugs)} {'draft' if len(slugs) == 1 else 'drafts'} made" in made
    return _import_on(made)


def _import_on(page: str) -> str:
    found = re.search(r'name="import" value="(\d+)"', page)
    assert found
    return found[1]


async def _titles(jo: Colleague, *slugs: str) -> list[str | None]:
    """What the open draft of each is called."""
    drafts = [(await jo.get(f"/api/staff/answers/{slug}"))[1]["draft"] for slug in slugs]
    return [draft and draft["title"] for draft in drafts]


async def test_all_of_an_import_is_discarded_in_one_step_and_opened_again_in_one(jo: Colleague) -> None:
    number = await _brought_in(jo, "ema", "cv", "travel")
    before = await _titles(jo, "ema", "cv", "travel")
    assert None not in before
    status, page = await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert status == 200 and "3 drafts discarded" in page
    assert await _titles(jo, "ema", "cv", "travel") == [None, None, None]
    status, page = await jo.submit(f"{FILES_PAGE}/take-up", **{"import": number})
    assert status == 200 and "3 drafts as it came in" in page
    assert await _titles(jo, "ema", "cv", "travel") == before


async def test_a_draft_that_somebody_worked_on_since_is_not_discarded_with_its_import(
    jo: Colleague, kit: Colleague
) -> None:
    number = await _brought_in(jo, "ema", "cv", "travel")
    status, _ = await kit.post("/api/staff/answers/ema/save", {"version": 1, "title": "EMA, then"})
    assert status == 200
    assert (await kit.post("/api/staff/answers/cv/comment", {"words": "Is this so?"}))[0] == 200
    assert (await jo.submit(f"{FILES_PAGE}/discard", **{"import": number}))[0] == 200
    ema, cv, travel = await _titles(jo, "ema", "cv", "travel")
    assert ema == "EMA, then" and cv and travel is None


async def test_undo_leaves_an_answer_alone_of_which_another_draft_is_open_by_now(jo: Colleague) -> None:
    number = await _brought_in(jo, "ema", "cv")
    await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert (await jo.post("/api/staff/answers/ema/start", {}))[0] == 200
    begun = await _titles(jo, "ema")
    assert (await jo.submit(f"{FILES_PAGE}/take-up", **{"import": number}))[0] == 200
    assert await _titles(jo, "ema") == begun and None not in await _titles(jo, "cv")
    assert (await jo.submit(f"{FILES_PAGE}/take-up", **{"import": number}))[0] == 409


@pytest.mark.parametrize("number", ["", "-1", "1", "x" * 20])
async def test_what_is_no_import_cannot_be_discarded(jo: Colleague, number: str) -> None:
    assert (await jo.submit(f"{FILES_PAGE}/discard", **{"import": number}))[0] == 404


async def test_an_adviser_may_not_discard_an_import(jo: Colleague, sam: Colleague) -> None:
    number = await _brought_in(jo, "ema", "cv")
    assert "Discard all" not in await sam.page(FILES_PAGE)
    assert (await sam.submit(f"{FILES_PAGE}/discard", **{"import": number}))[0] == 403


async def test_a_discarded_import_leaves_nothing_in_what_goes_out_until_it_is_opened_again(
    jo: Colleague,
) -> None:
    number = await _brought_in(jo, "ema", "cv", remark="# Nobody wanted this.\n")
    await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert await _exported(jo) == SHIPPED_FILES
    await jo.submit(f"{FILES_PAGE}/take-up", **{"import": number})
    assert (await _exported(jo))["money.yml"].startswith("# Nobody wanted this.\n")


async def test_what_came_in_before_a_discarded_import_goes_out_as_it_came(jo: Colleague) -> None:
    before = _renamed(SHIPPED_FILES, remark="# Of Camden.\n")
    await _bring(jo, before)
    assert await _exported(jo) == before
    number = await _brought_in(jo, "ema", remark="# Nobody wanted this.\n")
    await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert await _exported(jo) == before


async def test_comments_stay_while_a_draft_they_came_with_is_wanted(jo: Colleague, kit: Colleague) -> None:
    number = await _brought_in(jo, "ema", "travel", remark="# Asked for.\n")
    await approved(jo, kit)
    await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert await _titles(jo, "travel") == [None]
    assert (await _exported(jo))["money.yml"].startswith("# Asked for.\n")


async def test_an_import_discarded_draft_by_draft_leaves_nothing_in_what_goes_out(jo: Colleague) -> None:
    await _brought_in(jo, "ema", remark="# Nobody wanted this.\n")
    _, ema = await jo.get(EMA)
    assert (await jo.post(f"{EMA}/discard", {"version": ema["draft"]["version"]}))[0] == 200
    assert await _exported(jo) == SHIPPED_FILES


async def test_a_later_import_keeps_its_comments_when_an_earlier_one_is_discarded(jo: Colleague) -> None:
    number = await _brought_in(jo, "ema", remark="# Nobody wanted this.\n")
    later = _renamed(SHIPPED_FILES, remark="# Of Camden.\n")
    await _bring(jo, later)
    await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert await _exported(jo) == later


async def test_what_was_brought_in_before_imports_had_numbers_still_goes_out(
    jo: Colleague, parts: Parts
) -> None:
    files = _renamed(SHIPPED_FILES, remark="# Of last year.\n")
    async with parts.db.transaction() as session:
        session.add(ContentFile(name="money.yml", text=files["money.yml"], at=parts.clock.now()))
    assert await _exported(jo) == files
    await _bring(jo, SHIPPED_FILES)
    assert await _exported(jo) == SHIPPED_FILES


async def test_files_that_can_never_go_out_again_are_not_kept(jo: Colleague, parts: Parts) -> None:
    for count in range(MOST + 2):
        number = await _brought_in(jo, "ema", remark=f"# {count}\n")
        await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    files = select(func.count()).select_from(ContentFile)
    async with parts.db.reading() as session:
        assert await session.scalar(files) == (MOST + 1) * len(SHIPPED_FILES)
    await _bring(jo, SHIPPED_FILES)
    await _bring(jo, SHIPPED_FILES)
    async with parts.db.reading() as session:
        assert await session.scalar(files) == len(SHIPPED_FILES) * 2


async def test_imports_that_made_no_draft_do_not_hide_the_undo_of_one_that_did(jo: Colleague) -> None:
    number = await _brought_in(jo, "ema")
    for count in range(6):
        await _bring(jo, {"money.yml": f"# {count}\n{SHIPPED_FILES['money.yml']}"})
    assert _import_on(await jo.page(FILES_PAGE)) == number
    _, page = await jo.submit(f"{FILES_PAGE}/discard", **{"import": number})
    assert "Undo: open them again" in page and _import_on(page) == number


async def test_the_page_lists_no_more_than_the_newest_imports(jo: Colleague) -> None:
    slugs = ("ema", "cv", "travel", "bursary", "free-meals", "interview")
    numbers = [await _brought_in(jo, slug) for slug in slugs]
    page = await jo.page(FILES_PAGE)
    assert re.findall(r'name="import" value="(\d+)"', page) == numbers[:0:-1]
