"""A silence shows on the queue and on the case, wide and on a phone."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.async_api import expect

from handoff.app import Parts
from handoff.conversations.model import Conversation
from tests.browser.conftest import PHONE, NewPage, assert_accessible
from tests.browser.test_console import DESK, staff_page
from tests.handoff.cases.scenes import LEAD, make_case


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_it_shows(new_page: NewPage, site: str, parts: Parts, size: dict[str, int]) -> None:
    case = await make_case(parts, "safeguarding", level="urgent", categories=("suicide",), words="help")
    async with parts.db.transaction() as session:
        thread = await session.get_one(Conversation, uuid.UUID(case["conversation"]))
        thread.last_inbound_at = thread.silent_since = parts.clock.now() - timedelta(minutes=11)
    page = await staff_page(new_page, site, LEAD)
    await page.set_viewport_size(size)
    for place in ("queue", f"cases/{case['id']}"):
        await page.goto(f"{site}/staff/{place}")
        await expect(page.get_by_text("Silent since").first).to_be_visible()
        await assert_accessible(page)
