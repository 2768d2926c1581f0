"""What was typed and could not be saved is on the page, whole, beside what is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.handoff.cases.scenes import Colleague

AT, API = "/staff/answers/bursary", "/api/staff/answers/bursary"
TYPED = {"web": "Typed by Kit & not kept.", "sms": "A text by Kit.", "source_name": "Kit's source"}
Took = Callable[[Colleague, Colleague, int], Awaitable[None]]


async def sent(jo: Colleague, kit: Colleague, version: int) -> None:
    body = {"version": version, "web": "Words of Jo.", "sms": "Words of Jo."}
    assert (await jo.post(f"{API}/submit", body))[0] == 200


async def scheduled(jo: Colleague, kit: Colleague, version: int) -> None:
    await sent(jo, kit, version)
    found = (await kit.get(API))[1]["draft"]["version"]
    _, held = await kit.post(f"{API}/approve", {"version": found, "hold": "1"})
    at = {"version": held["draft"]["version"], "at": "2030-01-04T09:00"}
    assert (await kit.post(f"{API}/schedule", at))[0] == 200


async def discarded(jo: Colleague, kit: Colleague, version: int) -> None:
    assert (await jo.post(f"{API}/discard", {"version": version}))[0] == 200


async def withdrawn(jo: Colleague, kit: Colleague, version: int) -> None:
    await discarded(jo, kit, version)
    assert (await jo.post(f"{API}/withdraw", {"to": "travel"}))[0] == 200


async def _draft(editor: Colleague) -> dict[str, Any]:
    _, body = await editor.post(f"{API}/start")
    return dict(body["draft"])


@pytest.mark.parametrize("took", [sent, scheduled, discarded, withdrawn])
async def test_words_a_colleague_was_too_quick_for_are_all_there_to_copy(
    jo: Colleague, kit: Colleague, took: Took
) -> None:
    draft = await _draft(jo)
    _, saved = await jo.post(f"{API}/save", {"version": draft["version"], "title": "A title by Jo"})
    await took(jo, kit, saved["draft"]["version"])
    asked = f"{draft['examples']}\nwhat would kit ask"
    status, page = await kit.submit(f"{AT}/save", version=str(draft["version"]), examples=asked, **TYPED)
    assert status == 409 and "What you typed" in page
    for words in ("Typed by Kit &amp; not kept.", "A text by Kit.", "Kit&#39;s source"):
        assert page.count(words) == 1, words
    assert "what would kit ask</textarea>" in page
    card = page.split("What you typed</h2>")[1].split("</section>")[0]
    assert "Why it may differ" not in card and 'name="web"' not in page


async def test_what_people_get_is_never_shown_with_words_that_are_not_live(
    jo: Colleague, kit: Colleague
) -> None:
    draft = await _draft(jo)
    await discarded(jo, kit, draft["version"])
    _, page = await kit.submit(f"{AT}/save", version=str(draft["version"]), **TYPED)
    now = page.split("What people get now")[1]
    assert "Typed by Kit" not in now and "16 to 19 Bursary Fund" in now


async def test_whoever_saves_what_is_there_already_has_not_written(jo: Colleague, kit: Colleague) -> None:
    draft = await _draft(jo)
    words = {"version": draft["version"], "web": "New.\n", "sms": "New."}
    _, saved = await jo.post(f"{API}/save", words)
    version = saved["draft"]["version"]
    again = {**words, "version": version, "web": " New.", "area": "lambeth", "question": "any money?"}
    status, body = await kit.post(f"{API}/save", again)
    assert (status, body["draft"]["version"]) == (200, version)
    _, asked = await jo.post(f"{API}/submit", {"version": version})
    assert (await kit.post(f"{API}/approve", {"version": asked["draft"]["version"]}))[0] == 200
