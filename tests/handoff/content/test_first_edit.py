"""The guided first edit: offered to newcomers, beside the answer, left and taken up again, done once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.content.model import FirstEdit
from tests.handoff.cases.scenes import Colleague, signed_in

LIST, HOME, BURSARY = "/staff/answers", "/staff/answers/first-edit", "/staff/answers/bursary"
OFFER = "Make your first edit with a guide beside you"


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def step(page: str) -> str | None:
    """The step that the page is at."""
    found = re.search(r'<li aria-current="step">([^<]+)</li>', page)
    return found and found[1]


async def written(jo: Colleague) -> str:
    """The page after words of Jo's were sent for approval."""
    await jo.submit(f"{BURSARY}/start")
    words = {"web": "New words.", "sms": "New words."}
    return (await jo.submit(f"{BURSARY}/submit", version=version(await jo.page(BURSARY)), **words))[1]


async def test_the_guide_follows_the_answer_from_live_to_live(jo: Colleague, kit: Colleague) -> None:
    _, page = await jo.submit(f"{HOME}/begin", slug="bursary")
    assert step(page) == "Start a draft"
    _, page = await jo.submit(f"{BURSARY}/start")
    assert step(page) == "Change something small"
    places = ["guide-write", "guide-previews", "guide-hints", "guide-send"]
    assert all(f'id="{place}"' in page and f'href="#{place}"' in page for place in places)
    page = await written(jo)
    assert step(page) == "Someone else approves it"
    assert "You could ask Dana Whitlock or Kit Morgan." in page
    await kit.submit(f"{BURSARY}/request-changes", version=version(await kit.page(BURSARY)), note="Shorter.")
    assert step(await jo.page(BURSARY)) == "Change something small"
    await written(jo)
    await kit.submit(f"{BURSARY}/approve", version=version(await kit.page(BURSARY)))
    assert step(await jo.page(BURSARY)) == "It is live"
    await jo.submit(f"{HOME}/finish")
    assert step(await jo.page(BURSARY)) is None


async def test_it_is_offered_once_and_to_nobody_who_has_written_an_answer(
    jo: Colleague, kit: Colleague
) -> None:
    assert OFFER in await jo.page(LIST)
    _, page = await jo.submit(f"{HOME}/put-off")
    assert OFFER not in page and f'href="{HOME}"' in page
    await kit.submit(f"{BURSARY}/start")
    page = await kit.page(LIST)
    assert OFFER not in page and f'href="{HOME}"' not in page


async def test_it_is_left_and_taken_up_where_it_was(jo: Colleague) -> None:
    await jo.submit(f"{HOME}/begin", slug="bursary")
    await jo.submit(f"{BURSARY}/start")
    await jo.submit(f"{HOME}/put-off")
    assert step(await jo.page(BURSARY)) is None
    assert "Go on with “" in await jo.page(HOME)
    _, page = await jo.submit(f"{HOME}/begin", slug="bursary")
    assert step(page) == "Change something small"


async def test_it_stands_beside_one_answer_and_for_one_person(jo: Colleague, kit: Colleague) -> None:
    await jo.submit(f"{HOME}/begin", slug="bursary")
    assert step(await jo.page("/staff/answers/ema")) is None
    assert step(await kit.page(BURSARY)) is None


async def test_done_once_it_is_not_offered_again(jo: Colleague) -> None:
    await jo.submit(f"{HOME}/begin", slug="bursary")
    _, page = await jo.submit(f"{HOME}/finish")
    assert OFFER not in page and f'href="{HOME}"' not in page
    assert "Which answer?" in await jo.page(HOME)


async def test_what_was_live_before_it_began_is_not_taken_for_its_end(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await written(jo)
    await kit.submit(f"{BURSARY}/approve", version=version(await kit.page(BURSARY)))
    parts.clock.move(timedelta(minutes=1))
    assert step((await jo.submit(f"{HOME}/begin", slug="bursary"))[1]) == "Start a draft"


async def test_a_sign_off_or_a_withdrawal_is_no_first_edit(jo: Colleague) -> None:
    await jo.submit(f"{HOME}/begin", slug="bursary")
    number = re.search(r'name="revision" value="(\d+)"', await jo.page(BURSARY))
    assert number
    status, page = await jo.submit(f"{BURSARY}/still-correct", revision=number[1])
    assert status == 200 and step(page) == "Start a draft"
    status, page = await jo.submit(f"{BURSARY}/withdraw", to="ema")
    assert status == 200 and step(page) is None


async def test_an_answer_with_a_draft_is_not_among_the_choices(jo: Colleague, kit: Colleague) -> None:
    await kit.submit(f"{BURSARY}/start")
    page = await jo.page(HOME)
    assert 'value="ema"' in page and 'value="bursary"' not in page


async def test_nobody_begins_on_an_answer_about_a_worry(jo: Colleague) -> None:
    assert 'value="drugs' not in await jo.page(HOME)


@pytest.mark.parametrize("slug", ["xylophone", "", "../queue", "bursary\n"])
async def test_it_begins_on_a_live_answer_only(jo: Colleague, slug: str) -> None:
    assert (await jo.submit(f"{HOME}/begin", slug=slug))[0] == 404


async def test_only_an_editor_has_it(sam: Colleague) -> None:
    assert OFFER not in await sam.page(LIST)
    for path in ("begin", "put-off", "finish"):
        assert (await sam.submit(f"{HOME}/{path}", slug="bursary"))[0] == 403


async def test_a_form_without_its_token_is_refused(jo: Colleague, parts: Parts) -> None:
    async with jo.http.post(f"{HOME}/begin", data={"csrf": "old", "slug": "bursary"}) as response:
        assert response.status == 403


async def test_pressing_twice_at_once_keeps_one_beginning(jo: Colleague, parts: Parts) -> None:
    done = await asyncio.gather(*(jo.submit(f"{HOME}/begin", slug="bursary") for _ in range(4)))
    assert {status for status, _ in done} == {200}
    async with parts.db.reading() as session:
        assert (await session.execute(select(func.count()).select_from(FirstEdit))).scalar() == 1


async def test_the_address_of_a_form_leads_back_to_the_steps(client: TestClient[Any, Any]) -> None:
    async with signed_in(client, "editor.one@demo.test") as jo:
        assert "A guided first edit" in await jo.page(f"{HOME}/begin")
