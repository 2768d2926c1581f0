"""Whoever sees somebody's record or registration, on whatever page, is in the access log of their record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.jobcentre import service as jobcentre
from handoff.records.log import ACTIONS
from handoff.registrations.model import Registration
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.papers import BIRTHDAY

Client = TestClient[Any, Any]
NAME = "Zuleika Quartermain"
HOUSE = Path(__file__).resolve().parents[3]


@pytest.fixture
async def link(client: Client, internal: Client) -> str:
    """Zuleika registered in a chat; the way to her confirmation."""
    form = Form(internal, (await make_chat(client)).conversation)
    await form.fill(name=NAME)
    status, told = await form.finish()
    assert status == 200
    return "/r/" + told["link"].rpartition("/")[2]


async def the_one(parts: Parts) -> Registration:
    async with parts.db.reading() as session:
        return (await session.execute(select(Registration))).scalar_one()


async def entries(parts: Parts) -> int:
    async with parts.db.reading() as session:
        return (await session.execute(select(func.count(AuditEntry.id)))).scalar_one()


async def log_of(who: Colleague, made: Registration) -> list[tuple[str, str]]:
    """The access log, newest first: who did what."""
    _, body = await who.get(f"/api/staff/records/{made.record_id}/log")
    return [(one["by"], one["did"]) for one in body["entries"]]


async def with_letter(who: Colleague, made: Registration) -> str:
    at = f"/staff/registrations/{made.reference}"
    _, page = await who.submit(f"{at}/letters", text=f"To whom it may concern: {NAME} looks for a course.")
    found = re.search(r"letters/([0-9a-f-]{36})\.pdf", page)
    assert found, page
    return found[1]


def filled(path: str, ids: Mapping[str, str]) -> str | None:
    """A route's path with its placeholders filled for what it is about; None where one is unknown."""
    kind = next((known for known in ids if known.startswith("/") and path.startswith(known)), None)
    values = {"id": ids[kind] if kind else "", **ids}
    names = re.findall(r"{(\w+)(?::[^}]*)?}", path)
    if any(not values.get(name) for name in names):
        return None
    return re.sub(r"{(\w+)(?::[^}]*)?}", lambda found: values[found[1]], path)


async def test_no_page_shows_them_without_an_entry_in_their_log(
    client: Client, parts: Parts, priya: Colleague, link: str
) -> None:
    made = await the_one(parts)
    async with parts.db.reading() as session:
        [notice] = await jobcentre.notices_of(session, made.id)
    letter = await with_letter(priya, made)
    ids = {
        "/staff/registrations/{reference}/letters": letter,
        "/staff/records": str(made.record_id),
        "/api/staff/records": str(made.record_id),
        "/staff/jobcentre/notices": str(notice.id),
        "/staff/jobcentre": str(notice.id),
        "/staff/cases": str(made.case_id),
        "/api/staff/cases": str(made.case_id),
        "reference": made.reference,
        "section": "person",
        "which": "confirmation",
    }
    shown, silent = [], []
    app = client.server.app
    paths = [route.resource.canonical for route in app.router.routes() if route.method == "GET"]
    for path in sorted({path for path in paths if path.startswith(("/staff", "/api/staff"))}):
        address = filled(path, ids)
        if address is None or "events" in path:
            continue
        before = await entries(parts)
        async with priya.http.get(address, headers={"Accept": "text/html"}) as response:
            body = await response.read()
        if response.status != 200 or not (NAME.encode() in body or body.startswith(b"%PDF")):
            continue
        shown.append(path)
        if await entries(parts) == before and not path.endswith("/live"):
            silent.append(path)
    assert silent == []
    assert len(shown) >= 9, shown
    assert {
        "/staff/records/{id}",
        "/staff/records/{id}/log",
        "/staff/registrations/{reference}",
        "/staff/registrations/{reference}/{which}.pdf",
        "/staff/registrations/{reference}/letters/{id}.pdf",
        "/staff/cases/{id}",
        "/api/staff/cases/{id}",
        "/api/staff/records/{id}",
    } <= set(shown)


@pytest.mark.parametrize(
    ("path", "did"),
    [
        ("/staff/registrations/{ref}", "looked at the registration"),
        ("/staff/registrations/{ref}/confirmation.pdf",
         "saved a paper of the registration: the confirmation"),
        ("/staff/registrations/{ref}/jobcentre.pdf",
         "saved a paper of the registration: the copy for Jobcentre Plus"),
        ("/staff/registrations/{ref}/letters/{letter}.pdf",
         "saved a paper of the registration: a support letter"),
        ("/staff/cases/{case}", "looked at the registration"),
        ("/api/staff/cases/{case}", "looked at the registration"),
    ],
)  # fmt: skip
async def test_a_look_at_the_registration_is_in_the_log_of_the_record(
    parts: Parts, sam: Colleague, priya: Colleague, link: str, path: str, did: str
) -> None:
    made = await the_one(parts)
    letter = await with_letter(priya, made) if "letter" in path else ""
    at = path.format(ref=made.reference, case=made.case_id, letter=letter)
    async with sam.http.get(at, headers={"Accept": "text/html"}) as response:
        assert response.status == 200
    assert ("Sam Okafor", did) in await log_of(priya, made)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/staff/registrations/{ref}/reveal", {"what": "safe_contact"}),
        ("/staff/cases/{case}/reveal", {}),
    ],
)
async def test_a_number_that_was_shown_is_in_the_log(
    parts: Parts, sam: Colleague, priya: Colleague, link: str, path: str, form: dict[str, str]
) -> None:
    made = await the_one(parts)
    status, page = await sam.submit(path.format(ref=made.reference, case=made.case_id), **form)
    assert status == 200 and "900123" in page
    assert ("Sam Okafor", "saw a number of the registration") in await log_of(priya, made)


async def test_the_young_persons_own_looks_are_told_apart(
    client: Client, parts: Parts, priya: Colleague, link: str
) -> None:
    made = await the_one(parts)
    assert (await client.post(link, data=BIRTHDAY)).status == 200
    seen = await log_of(priya, made)
    assert ("the young person", "looked at the registration: the confirmation") in seen
    page = await priya.page(f"/staff/records/{made.record_id}/log")
    assert "looked at the registration" in page and "The young person" in page


async def test_somebody_elses_registration_is_not_in_it(
    client: Client, internal: Client, parts: Parts, sam: Colleague, priya: Colleague, link: str
) -> None:
    made = await the_one(parts)
    form = Form(internal, (await make_chat(client)).conversation)
    await form.fill(name="Omar Quartermain", date_of_birth="4 may 2010")
    _, told = await form.finish()
    await sam.page(f"/staff/registrations/{told['reference']}")
    assert all(by != "Sam Okafor" for by, _ in await log_of(priya, made))


def test_every_action_on_a_record_or_registration_has_its_words() -> None:
    texts = [path.read_text() for path in (HOUSE / "handoff").rglob("*.py")]
    said = re.compile(r'"((?:record|registration|jobcentre|retention)\.[a-z_]+)"')
    written = {one for text in texts for one in said.findall(text)}
    rights = {"record.read", "record.edit", "record.import", "jobcentre.settings", "jobcentre.tell"}
    rights -= ACTIONS.keys()
    before_any = {f"registration.{name}" for name in (
        "list", "save", "come_back", "come_back_failed", "read_draft", "answer_for_them", "forget_draft",
    )}  # fmt: skip
    of_no_one = {
        "jobcentre.link",
        "jobcentre.test",
        "jobcentre.list",
        "jobcentre.list_taken",
        "retention.run",
    }
    no_action = {"record.currency", "record.id", "registration.id", "registration.yml", "retention.yml"}
    assert written - rights - before_any - of_no_one - no_action <= ACTIONS.keys()
