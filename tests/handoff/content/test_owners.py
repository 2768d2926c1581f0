"""An answer has an owner who may write answers; once they leave it is nobody's, and the list shows it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.staff.service import by_email
from tests.handoff.cases.scenes import Colleague

EMA = "/api/staff/answers/ema"
JO, KIT, SAM = "editor.one@demo.test", "editor.two@demo.test", "pa.camden@demo.test"


async def staff_id(parts: Parts, email: str) -> str:
    async with parts.db.reading() as session:
        person = await by_email(session, email)
        assert person
        return str(person.id)


async def leaves(parts: Parts, email: str) -> None:
    """Their account ends."""
    async with parts.db.transaction() as session:
        person = await by_email(session, email)
        assert person
        person.active = False


async def give(editor: Colleague, parts: Parts, to: str, slug: str = "ema") -> None:
    body = {"owner": await staff_id(parts, to)}
    assert (await editor.post(f"/api/staff/answers/{slug}/owner", body))[0] == 200


async def owned(editor: Colleague, query: str) -> dict[str, str | None]:
    _, found = await editor.get(f"/api/staff/answers?{query}")
    return {row["slug"]: row["owner"] for row in found["answers"]}


async def test_an_answer_is_given_and_found_by_its_owner(jo: Colleague, kit: Colleague, parts: Parts) -> None:
    await give(jo, parts, KIT)
    assert await owned(jo, f"owner={await staff_id(parts, KIT)}") == {"ema": "Kit Morgan"}
    assert await owned(kit, "owner=me") == {"ema": "Kit Morgan"}
    assert await owned(jo, "owner=me") == {}
    assert "ema" not in await owned(jo, "owner=none")


async def test_who_is_given_an_answer_by_a_colleague_hears_of_it(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await give(jo, parts, KIT)
    await give(jo, parts, JO, "bursary")
    assert "Jo Davies asked you to keep “EMA" in await kit.page("/staff/answers")
    assert "asked you to keep" not in await jo.page("/staff/answers")


async def test_an_owner_keeps_an_answer_that_gets_another_name(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await give(jo, parts, JO)
    _, found = await jo.post(f"{EMA}/rename", {"name": "ema-now"})
    version = {"version": found["draft"]["version"]}
    _, sent = await jo.post(f"{EMA}/submit", version)
    status, _ = await kit.post(f"{EMA}/approve", {"version": sent["draft"]["version"]})
    assert status == 200
    assert (await owned(jo, "owner=me"))["ema-now"] == "Jo Davies"


async def test_an_answer_can_be_nobodys_again(jo: Colleague, parts: Parts) -> None:
    await give(jo, parts, KIT)
    assert (await jo.post(f"{EMA}/owner", {"owner": ""}))[0] == 200
    assert "ema" in await owned(jo, "owner=none")


async def test_an_owner_who_leaves_leaves_it_unowned_and_that_shows(jo: Colleague, parts: Parts) -> None:
    await give(jo, parts, KIT)
    await leaves(parts, KIT)
    assert (await owned(jo, "owner=none"))["ema"] is None
    assert "No owner: Kit Morgan left" in await jo.page("/staff/answers?owner=none")
    page = await jo.page("/staff/answers/ema")
    assert "Kit Morgan had it, and does not write answers any more." in page


@pytest.mark.parametrize("whom", [SAM, "nobody"])
async def test_only_somebody_who_may_write_answers_can_be_given_one(
    jo: Colleague, parts: Parts, whom: str
) -> None:
    owner = await staff_id(parts, SAM) if whom == SAM else "x" * 36
    status, body = await jo.post(f"{EMA}/owner", {"owner": owner})
    assert (status, body["error"]["code"]) == (422, "no_editor")


async def test_an_adviser_gives_nobody_an_answer(sam: Colleague, parts: Parts) -> None:
    assert (await sam.post(f"{EMA}/owner", {"owner": await staff_id(parts, JO)}))[0] == 403
    page = await sam.page("/staff/answers/ema")
    assert "Owner: nobody" in page and "Save the owner" not in page


async def test_giving_an_answer_is_on_record_once(jo: Colleague, parts: Parts) -> None:
    await give(jo, parts, KIT)
    await give(jo, parts, KIT)
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "answer.owner")
        entries = list((await session.execute(query)).scalars())
    assert [(one.subject, one.detail) for one in entries] == [
        ("answer:ema", {"owner": await staff_id(parts, KIT)})
    ]


async def test_a_form_gives_an_answer_without_a_script(jo: Colleague, parts: Parts) -> None:
    status, page = await jo.submit("/staff/answers/ema/owner", owner=await staff_id(parts, JO))
    assert status == 200 and "Owner saved." in page
