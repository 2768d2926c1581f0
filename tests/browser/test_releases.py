"""Approving for later, the schedule and what the assistant learns, in a browser; each state is accessible."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import select, update

from handoff.app import Parts
from handoff.content import notices
from handoff.content.model import Revision, Training
from handoff.staff.service import by_email
from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.test_editor import JO, KIT, WIDE, press, signed_in, write

LOOKS = [{"color_scheme": "dark"}, {"viewport": WIDE}, {"viewport": {"width": 360, "height": 800}}]


async def sent(new_page: NewPage, site: str) -> None:
    jo = await signed_in(await new_page(), site, JO)
    await press(jo, "Change the words")
    await write(jo, Web_chat="Later words.", Text_message="Later words.")
    await press(jo, "Send for approval")


@pytest.mark.parametrize("look", LOOKS, ids=["dark", "wide", "phone"])
async def test_what_is_approved_can_be_scheduled_and_taken_off_the_schedule(
    new_page: NewPage, site: str, parts: Parts, look: dict[str, object]
) -> None:
    await sent(new_page, site)
    kit = await signed_in(await new_page(**look), site, KIT)
    await press(kit, "Approve, publish later")
    await expect(kit.get_by_text("Approved. People still get the live wording.")).to_be_visible()
    await assert_accessible(kit)
    day = (parts.clock.now() + timedelta(days=3)).date().isoformat()
    await kit.get_by_label("Day").fill(day)
    await kit.get_by_label("Time").fill("09:30")
    await press(kit, "Schedule")
    await expect(kit.get_by_text("It goes live by itself on")).to_contain_text("09:30")
    await assert_accessible(kit)
    await press(kit, "Take it off the schedule")
    await press(kit, "Publish now")
    await expect(kit.get_by_role("heading", name="What people get now")).to_be_visible()


async def test_a_manager_may_publish_without_a_second_person_and_everybody_concerned_reads_why(
    new_page: NewPage, site: str
) -> None:
    mo = await signed_in(await new_page(viewport=WIDE), site, "manager@demo.test")
    await press(mo, "Change the words")
    await write(mo, Web_chat="Right words.", Text_message="Right words.")
    await press(mo, "Save draft")
    await mo.get_by_text("Publish without a second person").click()
    await mo.get_by_label("Why it cannot wait").fill("The sum was wrong.")
    await assert_accessible(mo)
    await press(mo, "Publish now, in an emergency")
    await expect(mo.get_by_text("Every manager and safeguarding lead is told.")).to_be_visible()
    await mo.goto(f"{site}/staff/releases")
    await expect(mo.get_by_text("Reason: The sum was wrong.")).to_be_visible()
    await assert_accessible(mo)
    await press(mo, "I have read this")
    await expect(mo.get_by_text("Reason: The sum was wrong.")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS, ids=["dark", "wide", "phone"])
async def test_the_releases_show_what_the_assistant_learns_and_what_went_wrong(
    new_page: NewPage, site: str, parts: Parts, look: dict[str, object]
) -> None:
    await sent(new_page, site)
    now = parts.clock.now()
    fault = "“Help with college costs” is not found well enough: of 6 kept back, 3 went wrong."
    async with parts.db.transaction() as session:
        query = select(Revision).where(Revision.slug == "bursary", Revision.state == "in_review")
        draft = (await session.execute(query)).scalar_one()
        draft.state = "approved"
        items = {"bursary": str(draft.id)}
        done = {"finished_at": now, "faults": [fault]}
        session.add(
            Training(why="New wording: Help with college costs", at=now, items=items, state="failed", **done)
        )
        session.add(
            Training(
                why="New wording: T levels", at=now, items={"t-levels": str(uuid.uuid4())}, state="training",
                since=now, worker="elsewhere", beat_at=now, faults=[],
            )
        )  # fmt: skip
        person = await by_email(session, KIT)
        assert person
        await notices.tell(session, now, [person.id], "It did not go live.", "/staff/releases")
    kit = await signed_in(await new_page(**look), site, KIT, "/staff/releases")
    await expect(kit.get_by_text(fault)).to_be_visible()
    await expect(kit.locator("progress").or_(kit.get_by_text("did not go live")).first).to_be_visible()
    await assert_accessible(kit)
    await kit.get_by_role("link", name="Open the answer to change it or try again").first.click()
    await expect(kit.get_by_text(fault)).to_be_visible()
    await expect(kit.get_by_role("button", name="Try to publish again")).to_be_visible()
    await assert_accessible(kit)


async def test_the_bar_moves_by_itself_and_what_came_of_it_is_shown_without_a_press(
    new_page: NewPage, site: str, parts: Parts
) -> None:
    now = parts.clock.now()
    async with parts.db.transaction() as session:
        session.add(
            Training(
                why="New wording: T levels", at=now, items={"t-levels": str(uuid.uuid4())}, state="training",
                since=now, worker="elsewhere", beat_at=now, faults=[],
            )
        )  # fmt: skip
    kit = await signed_in(await new_page(), site, KIT, "/staff/releases")
    await expect(kit.get_by_text("second", exact=False).first).to_contain_text("left")
    fault = "“T levels” is not found well enough: “what is a t level” brings “A levels”."
    async with parts.db.transaction() as session:
        over = {"state": "failed", "worker": "test", "finished_at": now, "faults": [fault]}
        await session.execute(update(Training).values(**over))
    await expect(kit.get_by_text(fault)).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["dark", "wide", "phone"])
async def test_a_release_that_is_not_right_any_more_says_what_keeps_it_back(
    new_page: NewPage, site: str, parts: Parts, look: dict[str, object]
) -> None:
    await sent(new_page, site)
    kit = await signed_in(await new_page(**look), site, KIT)
    await press(kit, "Approve and publish")
    async with parts.db.transaction() as session:
        earlier = update(Revision).where(Revision.slug == "bursary", Revision.number == 1)
        await session.execute(earlier.values(web="Ring {area.fax}.", next=["long-gone"]))
    await kit.goto(f"{site}/staff/releases")
    await press(kit, "Go back to release 1")
    alert = kit.locator(".notice[role=alert]")
    await expect(alert).to_contain_text(
        "Release 1 cannot be live again. People still get what they got before."
    )
    await expect(alert).to_contain_text("{area.fax} is not a placeholder")
    await expect(alert).to_contain_text(
        "Change these answers as they are now, or go back to another release."
    )
    await assert_accessible(kit)
