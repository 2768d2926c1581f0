"""What an adviser completes: saved by part, refused with the fix, checked as a whole, only in their areas."""

from __future__ import annotations

import asyncio
import io
import re
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.registrations import again
from handoff.registrations.model import Registration
from handoff.registrations.parts import missing
from tests.handoff.cases.scenes import LAMBETH, Colleague, signed_in
from tests.handoff.registrations.papers import make_registration, reload

ALL: dict[str, dict[str, str]] = {
    "address": {"address_kind": "care_of", "address": "c/o Mr Ali, 1 Example Road"},
    "availability": {"work": "yes", "training": "later"},
    "evidence": {"seen_identity": "yes", "evidence_note": "passport"},
    "present": {"present": "nobody"},
    "ground": {"ground": "g", "ground_checked": "yes"},
    "contact": {"safe_contact": "07700 900123", "safe_times": "after 4", "contact_checked": "yes"},
}
NI = "AB 12 34 56 C"


@pytest.fixture
async def registration(parts: Parts) -> Registration:
    return await make_registration(parts)


def at(registration: Registration, *path: str) -> str:
    return "/".join((f"/staff/registrations/{registration.reference}", *path))


async def complete(sam: Colleague, registration: Registration) -> None:
    for part, fields in ALL.items():
        status, shown = await sam.submit(at(registration, "parts", part), **fields)
        assert status == 200, shown


async def test_the_case_leads_to_what_is_left_to_do(sam: Colleague, registration: Registration) -> None:
    assert f'href="{at(registration)}"' in await sam.page(f"/staff/cases/{registration.case_id}")
    shown = await sam.page(at(registration))
    left = shown.partition("Still to do")[2].partition("</ul>")[0]
    assert re.findall(r'href="#(\w+)"', left) == list(ALL)


@pytest.mark.parametrize("part", ALL)
async def test_a_part_is_kept_by_itself(
    sam: Colleague, registration: Registration, parts: Parts, part: str
) -> None:
    status, shown = await sam.submit(at(registration, "parts", part), **ALL[part])
    assert status == 200 and "Saved:" in shown
    left = shown.partition("Still to do")[2].partition("</ul>")[0]
    assert f'"#{part}"' not in left and len(re.findall("<li>", left)) == len(ALL) - 1


async def test_two_colleagues_who_save_at_once_keep_both_parts(
    sam: Colleague, client: TestClient[Any, Any], registration: Registration, parts: Parts
) -> None:
    async with signed_in(client, "lead@demo.test") as lead:
        await asyncio.gather(
            sam.submit(at(registration, "parts", "present"), present="my aunt"),
            lead.submit(at(registration, "parts", "availability"), work="yes", training="no"),
        )
    details = (await reload(parts, registration)).details or {}
    assert (details["present"], details["work"], details["training"]) == ("my aunt", "yes", "no")


@pytest.mark.parametrize(
    ("part", "fields", "says"),
    [
        ("address", {"address": "1 Example Road"}, "Choose what kind"),
        ("address", {"address_kind": "home"}, "Write the address"),
        ("national_insurance", {"ni_number": "QQ 12 34 56"}, "two letters, six digits"),
        ("national_insurance", {"ni_number": "BG123456A"}, "two letters, six digits"),
        ("availability", {"work": "yes"}, "could start training"),
        ("evidence", {}, "Tick what you have seen"),
        ("evidence", {"seen_bank": "yes", "none_yet": "yes"}, "not both"),
        ("present", {"present": " "}, "nobody"),
        ("ground", {"ground": "z", "ground_checked": "yes"}, "Choose the reason"),
        ("ground", {"ground": "g"}, "Never ask for proof of abuse"),
        ("contact", {"safe_contact": "07700 900123"}, "still safe"),
        ("next_contact", {"next_contact_on": "soon"}, "such as 15/1/2027"),
        ("present", {"present": "x" * 501}, "At most 500"),
    ],
)
async def test_a_refused_part_says_which_field_and_how_and_changes_nothing(
    sam: Colleague, registration: Registration, parts: Parts, part: str, fields: dict[str, str], says: str
) -> None:
    status, shown = await sam.submit(at(registration, "parts", part), part=part, **fields)
    assert status == 422 and says in shown and "Error: " in shown
    kept = await reload(parts, registration)
    assert kept.details is None and kept.ground is None


async def test_what_was_typed_is_still_there_after_a_no(sam: Colleague, registration: Registration) -> None:
    fields = {"part": "availability", "work": "later", "availability_note": "<b>looks after nan</b>"}
    _, shown = await sam.submit(at(registration, "parts", "availability"), **fields)
    assert "&lt;b&gt;looks after nan&lt;/b&gt;" in shown
    assert re.search(r'value="later" selected', shown)


@pytest.mark.parametrize(("days", "taken"), [(0, False), (1, True), (91, True), (92, False)])
async def test_the_next_contact_is_within_three_months(
    sam: Colleague, registration: Registration, parts: Parts, days: int, taken: bool
) -> None:
    on = registration.registered_on + timedelta(days=days)
    status, _ = await sam.submit(at(registration, "parts", "next_contact"), next_contact_on=on.isoformat())
    assert (status == 200) is taken
    assert ((await reload(parts, registration)).next_contact_on == on) is taken


async def test_checked_and_complete_names_what_is_missing_until_nothing_is(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    status, shown = await sam.submit(at(registration, "check"))
    assert status == 422 and "Still to do: Address, Availability" in shown
    assert (await reload(parts, registration)).checked_at is None
    await complete(sam, registration)
    status, shown = await sam.submit(at(registration, "check"))
    assert status == 200 and "Checked and complete" in shown
    kept = await reload(parts, registration)
    assert kept.checked_at == pytest.approx(parts.clock.now(), abs=timedelta(minutes=1))
    _, seen = await sam.get(f"/api/staff/cases/{registration.case_id}")
    assert [note["text"] for note in seen["notes"]] == [f"{registration.reference}: checked and complete."]


async def test_nobody_needs_a_national_insurance_number(sam: Colleague, registration: Registration) -> None:
    await complete(sam, registration)
    await sam.submit(at(registration, "parts", "national_insurance"), ni_number="")
    assert (await sam.submit(at(registration, "check")))[0] == 200


async def test_the_number_is_masked_until_revealed_and_the_reveal_is_recorded(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    _, shown = await sam.submit(at(registration, "parts", "national_insurance"), ni_number="ab123456c")
    assert "56 C" in shown and NI not in shown and "AB123456C" not in shown
    _, shown = await sam.submit(at(registration, "reveal"), what="ni_number")
    assert NI in shown
    assert NI not in await sam.page(at(registration))
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.action == "registration.reveal")
        [entry] = (await session.execute(query)).scalars()
    assert entry.subject == f"registration:{registration.id}" and "123456" not in str(entry.detail)


async def test_the_number_stays_when_the_box_is_left_empty_and_goes_when_asked(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    where = at(registration, "parts", "national_insurance")
    await sam.submit(where, ni_number=NI)
    await sam.submit(where, ni_number="")
    assert (await reload(parts, registration)).details == {"ni_number": "AB123456C"}
    await sam.submit(where, ni_number="", remove="yes")
    assert (await reload(parts, registration)).details == {}


async def test_the_safe_contact_is_masked_until_revealed_and_kept_when_the_box_is_left_empty(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    where = at(registration, "parts", "contact")
    _, shown = await sam.submit(where, safe_contact="text 07700 900555 after 4", contact_checked="yes")
    assert "900555" not in shown.replace(" ", "") and "ending 555" in shown
    _, shown = await sam.submit(at(registration, "reveal"), what="safe_contact")
    assert "07700 900555" in shown
    await sam.submit(where, safe_contact="", contact_checked="yes", safe_times="evenings")
    kept = await reload(parts, registration)
    assert (kept.safe_contact, kept.phone) == ("text 07700 900555 after 4", "+447700900555")
    assert kept.safe_times == "evenings"


async def test_who_has_given_no_way_to_reach_them_is_asked_for_one(sam: Colleague, parts: Parts) -> None:
    nobody = await make_registration(parts)
    async with parts.db.transaction() as session:
        (await session.get_one(Registration, nobody.id)).phone = None
    status, shown = await sam.submit(at(nobody, "parts", "contact"), safe_contact="", contact_checked="yes")
    assert status == 422 and "safely be reached" in shown


async def test_only_what_is_masked_can_be_revealed(sam: Colleague, registration: Registration) -> None:
    for what in ("name", "ni_number", ""):
        assert (await sam.submit(at(registration, "reveal"), what=what))[0] == 422


async def test_what_is_completed_is_encrypted(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    await complete(sam, registration)
    await sam.submit(at(registration, "parts", "national_insurance"), ni_number=NI)
    async with parts.db.reading() as session:
        row = (await session.execute(text("SELECT * FROM registration"))).one()
    stored = " ".join(bytes(one).decode("latin-1") if isinstance(one, bytes) else str(one) for one in row)
    for secret in ("Example Road", "AB123456C", "after 4", "Aisha"):
        assert secret not in stored


async def test_a_registration_of_another_area_is_not_there(
    client: TestClient[Any, Any], registration: Registration
) -> None:
    async with signed_in(client, LAMBETH) as alex:
        for path in ((), ("confirmation.pdf",), ("jobcentre.pdf",)):
            assert (await alex.http.get(at(registration, *path))).status == 404
        for path in (("parts", "present"), ("check",), ("reveal",), ("letters",), ("end",), ("link",)):
            assert (await alex.submit(at(registration, *path), text="x", reason="moved"))[0] == 404


@pytest.mark.parametrize(("email", "status"), [("editor.one@demo.test", 403), ("manager@demo.test", 403)])
async def test_who_may_not_change_records_does_not(
    client: TestClient[Any, Any], registration: Registration, parts: Parts, email: str, status: int
) -> None:
    async with signed_in(client, email) as somebody:
        assert (await somebody.submit(at(registration, "parts", "present"), present="me"))[0] == status
        assert (await somebody.submit(at(registration, "reveal")))[0] == status
    assert (await reload(parts, registration)).details is None


async def test_a_manager_reads_the_page_and_finds_nothing_to_press(
    client: TestClient[Any, Any], registration: Registration
) -> None:
    async with signed_in(client, "manager@demo.test") as manager:
        shown = await manager.page(at(registration))
    main = shown.partition("<main")[2]
    assert "Aisha Khan" in main and "<button" not in main and 'id="letter-text"' not in main


async def test_a_form_from_elsewhere_changes_nothing(sam: Colleague, registration: Registration) -> None:
    async with sam.http.post(at(registration, "check"), data={"csrf": "wrong"}) as response:
        assert response.status == 403


async def test_a_look_and_each_part_are_on_the_record(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    await sam.page(at(registration))
    await sam.submit(at(registration, "parts", "present"), present="my aunt")
    async with parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.subject == f"registration:{registration.id}")
        entries = list((await session.execute(query.order_by(AuditEntry.id))).scalars())
    assert [one.action for one in entries][:2] == ["registration.read", "registration.complete_part"]
    assert entries[1].detail == {"part": "present"}


async def test_the_letter_is_made_once_it_is_written_and_kept_as_it_was(
    sam: Colleague, registration: Registration
) -> None:
    shown = await sam.page(at(registration))
    draft = re.search(r'<textarea[^>]*id="letter-text"[^>]*>(.*?)</textarea>', shown, re.DOTALL)
    assert draft and "Aisha Khan, born on 3 February 2010" in draft[1] and "{name}" not in draft[1]
    status, shown = await sam.submit(at(registration, "letters"), text=draft[1])
    assert status == 422 and "square brackets" in shown
    words = "Aisha stays with her aunt. #set page(fill: red) *not bold* $x$ \\ محمد"
    status, shown = await sam.submit(at(registration, "letters"), text=words)
    assert status == 200 and "The letter is made" in shown
    [path] = re.findall(r'href="([^"]*/letters/[^"]+\.pdf)"', shown)
    async with sam.http.get(path) as response:
        assert response.content_type == "application/pdf"
        with pikepdf.open(io.BytesIO(await response.read())) as made:
            assert str(made.docinfo["/Title"]) == "Letter of support" and made.Root.MarkInfo.Marked


async def test_a_letter_is_not_found_under_another_registration(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    _, shown = await sam.submit(at(registration, "letters"), text="All said.")
    [path] = re.findall(r'href="([^"]*/letters/[^"]+\.pdf)"', shown)
    other = await make_registration(parts)
    for wrong in (path.replace(registration.reference, other.reference), path[:-8] + ".pdf"):
        assert (await sam.http.get(wrong)).status == 404


async def test_an_adviser_can_send_a_new_link(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    status, shown = await sam.submit(at(registration, "link"))
    assert status == 200 and "/r/" not in shown
    status, shown = await sam.submit(at(registration, "link"))
    assert status == 429 and "less than an hour ago" in shown


async def test_what_they_change_by_registering_again_is_to_be_checked_again(
    sam: Colleague, registration: Registration, parts: Parts
) -> None:
    await complete(sam, registration)
    await sam.submit(at(registration, "check"))
    async with parts.db.transaction() as session:
        again.take_over(await session.get_one(Registration, registration.id), {"activity": "at college"})
    assert (await reload(parts, registration)).checked_at is not None
    async with parts.db.transaction() as session:
        again.take_over(await session.get_one(Registration, registration.id), {"safe_contact": "my nan"})
    kept = await reload(parts, registration)
    assert kept.checked_at is None and missing(kept) == {"contact": "Safe contact"}
    assert (kept.details or {})["address"]


async def test_the_list_has_what_is_to_be_checked_first_and_says_what_is_late(
    sam: Colleague, client: TestClient[Any, Any], registration: Registration, parts: Parts
) -> None:
    checked = await make_registration(parts, name="Omar Said", checked_at=parts.clock.now())
    ended = await make_registration(parts, name="Zoe Bell", state="ended")
    shown = await sam.page("/staff/registrations")
    assert shown.index(registration.reference) < shown.index(checked.reference)
    assert ended.reference not in shown and "Late" not in shown and "6 parts to do" in shown
    parts.clock.move(timedelta(days=5))
    async with signed_in(client) as later:
        assert "Late:" in await later.page("/staff/registrations")


async def test_the_list_of_another_area_has_none_of_them(
    client: TestClient[Any, Any], registration: Registration
) -> None:
    async with signed_in(client, LAMBETH) as alex:
        assert registration.reference not in await alex.page("/staff/registrations")
    async with signed_in(client, "editor.one@demo.test") as editor:
        assert (await editor.http.get("/staff/registrations")).status == 403
