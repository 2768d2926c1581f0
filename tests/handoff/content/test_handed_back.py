"""A note, comment, reply or reason that could not be sent is on the page, whole, with the refusal."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.scenes import Colleague, signed_in

AT, API = "/staff/answers/bursary", "/api/staff/answers/bursary"
WORDS = "Half an hour's work & more."
SHOWN = "Half an hour&#39;s work &amp; more."
CHANGED = {"web": "Words of Jo.", "sms": "Words of Jo."}


async def _sent(jo: Colleague) -> str:
    """Jo's draft waits for approval; its version."""
    _, begun = await jo.post(f"{API}/start")
    _, sent = await jo.post(f"{API}/submit", {**CHANGED, "version": begun["draft"]["version"]})
    return str(sent["draft"]["version"])


def _card(page: str) -> str:
    """What was typed and has no box any more."""
    return page.split("What you typed</h2>")[1].split("</section>")[0]


async def test_a_note_is_in_its_box_when_the_draft_still_waits(jo: Colleague, kit: Colleague) -> None:
    version = await _sent(jo)
    await jo.post(f"{API}/take-back", {"version": version})
    await jo.post(f"{API}/submit", {"version": int(version) + 1})
    status, page = await kit.submit(f"{AT}/request-changes", version=version, note=WORDS)
    assert status == 409 and page.count(SHOWN) == 1 and f"data-step-words>{SHOWN}<" in page


async def test_a_note_is_there_to_copy_when_the_draft_was_taken_back_or_scheduled(
    jo: Colleague, kit: Colleague
) -> None:
    version = await _sent(jo)
    await jo.post(f"{API}/take-back", {"version": version})
    status, page = await kit.submit(f"{AT}/request-changes", version=version, note=WORDS)
    assert status == 409 and page.count(SHOWN) == 1 and SHOWN in _card(page)
    _, sent = await jo.post(f"{API}/submit", {"version": int(version) + 1})
    _, held = await kit.post(f"{API}/approve", {"version": sent["draft"]["version"], "hold": "1"})
    at = {"version": held["draft"]["version"], "at": "2030-01-04T09:00"}
    _, planned = await kit.post(f"{API}/schedule", at)
    version = str(planned["draft"]["version"])
    status, page = await kit.submit(f"{AT}/request-changes", version=version, note=WORDS)
    assert status == 409 and page.count(SHOWN) == 1 and SHOWN in _card(page)


async def test_a_reply_is_there_to_copy_when_the_thread_was_resolved_or_the_draft_is_another(
    jo: Colleague, kit: Colleague
) -> None:
    _, begun = await jo.post(f"{API}/start")
    await kit.submit(f"{AT}/comment", words="Is that so?")
    thread = (await jo.page(AT)).split('name="reply_to" value="')[1].split('"')[0]
    await jo.submit(f"{AT}/resolve", comment=thread)
    status, page = await kit.submit(f"{AT}/comment", words=WORDS, reply_to=thread)
    assert status == 409 and page.count(SHOWN) == 1 and SHOWN in _card(page)
    await jo.post(f"{API}/discard", {"version": begun["draft"]["version"]})
    status, page = await kit.submit(f"{AT}/comment", words=WORDS)
    assert status == 409 and page.count(SHOWN) == 1 and SHOWN in _card(page)
    await jo.post(f"{API}/start")
    status, page = await kit.submit(f"{AT}/comment", words=WORDS, reply_to=thread)
    assert status == 404 and page.count(SHOWN) == 1 and SHOWN in _card(page)


@pytest.mark.parametrize("step", ["emergency", "take-off", "source-differs"])
async def test_a_reason_is_there_to_copy_when_somebody_was_quicker(
    client: TestClient[Any, Any], jo: Colleague, kit: Colleague, step: str
) -> None:
    _, begun = await jo.post(f"{API}/start")
    body, version = {"reason": "It does harm."}, str(begun["draft"]["version"])
    async with signed_in(client, "manager@demo.test") as mo:
        if step == "emergency":
            await jo.post(f"{API}/discard", {"version": version})
        elif step == "take-off":
            assert (await mo.post(f"{API}/take-off", body))[0] == 200
        number = (await mo.get(API))[1]["live"]["number"]
        fields = {"version": version, "revision": str(number), "reason": WORDS}
        status, page = await mo.submit(f"{AT}/{step}", **fields)
    assert status == 409 and page.count(SHOWN) == 1 and SHOWN in _card(page)
