"""What a browser is shown when we must say no."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewPage, assert_accessible


@pytest.mark.parametrize(
    ("path", "way_on"),
    [
        ("/nowhere", "Start a new chat"),
        ("/chat/nobodys", "Start a new chat"),
        ("/staff/nowhere", "Go to the console"),
    ],
)
async def test_a_page_that_is_not_there_says_so_and_leads_on(
    new_page: NewPage, site: str, path: str, way_on: str
) -> None:
    page = await new_page()
    response = await page.goto(site + path)
    assert response is not None and response.status == 404
    await expect(page.get_by_role("link", name=way_on)).to_be_visible()
    await assert_accessible(page)
