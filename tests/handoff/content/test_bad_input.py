"""What editors should never get past the service, by accident or not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.handoff.cases.scenes import Colleague

ANSWERS = "/api/staff/answers"


async def _started(editor: Colleague, slug: str = "bursary") -> int:
    return int((await editor.post(f"{ANSWERS}/{slug}/start"))[1]["draft"]["version"])


async def _submitted(editor: Colleague, slug: str = "bursary", **words: Any) -> tuple[int, dict[str, Any]]:
    body = {"version": await _started(editor, slug), "web": "New.", "sms": "New.", **words}
    return await editor.post(f"{ANSWERS}/{slug}/submit", body)


@pytest.mark.parametrize(
    "script",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "**<svg onload=alert(1)>**",
        '[x](https://a.b/"onmouseover=alert(1))',
        "<a href='data:text/html,x'>x</a>",
    ],
)
async def test_script_in_markdown_is_only_ever_words(jo: Colleague, script: str) -> None:
    _, shown = await jo.post(f"{ANSWERS}/preview", {"web": script, "sms": "x"})
    tags = shown["html"].replace("&lt;", "")
    assert not any(bad in tags for bad in ("<script", "<img", "<svg", 'href="javascript', 'href="data'))
    assert "onmouseover=" not in tags.partition("href=")[2].partition(">")[0].replace("%22onmouseover=", "")


async def test_an_unknown_placeholder_says_what_to_write_instead(jo: Colleague) -> None:
    status, body = await _submitted(jo, web="Ring {area.phnoe}.")
    assert status == 422 and "{area.phone}" in body["error"]["problems"]["web"][0]


async def test_next_steps_that_lead_round_in_a_circle_are_refused(jo: Colleague, kit: Colleague) -> None:
    status, sent = await _submitted(jo, "ema", next="cv")
    assert status == 200, sent
    await kit.post(f"{ANSWERS}/ema/approve", {"version": sent["draft"]["version"]})
    status, body = await _submitted(jo, "cv", next="ema")
    assert status == 422 and "round in a circle" in body["error"]["problems"]["next"][0]


@pytest.mark.parametrize("text", ["Ring us 📞", "👩‍👩‍👧 family", "It’s free 🎉", "❤️"])
async def test_a_text_in_emoji_is_refused_and_the_signs_are_named(jo: Colleague, text: str) -> None:
    status, body = await _submitted(jo, sms=text)
    assert status == 422 and "texts cannot carry cheaply" in body["error"]["problems"]["sms"][0]


async def test_an_example_that_is_a_worry_is_refused(jo: Colleague) -> None:
    known = (await jo.get(f"{ANSWERS}/bursary"))[1]["examples"]
    status, body = await _submitted(jo, examples="\n".join([*known, "my dad hits me every night"]))
    assert status == 422 and "heard as a worry" in body["error"]["problems"]["examples"][0]


async def test_two_answers_published_at_once_are_two_releases_and_both_live(
    jo: Colleague, kit: Colleague
) -> None:
    versions = {}
    for slug in ("ema", "cv"):
        _, sent = await _submitted(jo, slug)
        versions[slug] = sent["draft"]["version"]
    told = await asyncio.gather(
        *(kit.post(f"{ANSWERS}/{slug}/approve", {"version": version}) for slug, version in versions.items())
    )
    assert [status for status, _ in told] == [200, 200]
    numbers = [one["number"] for one in (await jo.get("/api/staff/releases"))[1]["releases"]]
    assert numbers == [3, 2, 1]
    assert [(await jo.get(f"{ANSWERS}/{slug}"))[1]["live"]["web"] for slug in ("ema", "cv")] == [
        "New.",
        "New.",
    ]


async def test_nobody_approves_their_own_work_not_even_once_it_came_back(
    jo: Colleague, kit: Colleague
) -> None:
    _, sent = await _submitted(jo)
    draft = sent["draft"]
    body = {"version": draft["version"], "note": "Say more."}
    _, back = await kit.post(f"{ANSWERS}/bursary/request-changes", body)
    _, again = await jo.post(f"{ANSWERS}/bursary/submit", {"version": back["draft"]["version"]})
    status, body = await jo.post(f"{ANSWERS}/bursary/approve", {"version": again["draft"]["version"]})
    assert (status, body["error"]["code"]) == (403, "own_work")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Driving lessons", "driving-lessons"),
        ("  What's  up? ", "whats-up"),
        ("Files", "files-2"),
        ("Lost", "lost-2"),
        ("EMA", "ema-2"),
        ("Ärger & Öl", "arger-ol"),
        ("Помощь", "answer"),
        ("Signpost me", "answer"),
    ],
)
async def test_a_new_answer_gets_a_name_that_nothing_else_has(jo: Colleague, title: str, slug: str) -> None:
    status, body = await jo.post(ANSWERS, {"title": title, "group": "support"})
    assert status == 201, body
    assert body["slug"].startswith(slug) if slug == "answer" else body["slug"] == slug
    _, begun = await jo.get(f"{ANSWERS}/{body['slug']}")
    assert begun["live"] is None and begun["draft"]["title"] == " ".join(title.split())


@pytest.mark.parametrize(
    ("title", "group", "status"),
    [
        ("", "support", 422),
        ("x" * 61, "support", 413),
        ("Fine", "service", 422),
        ("Fine", "signposts", 422),
        ([], "", 422),
    ],
)
async def test_a_new_answer_without_a_title_or_in_a_group_of_the_service_is_refused(
    jo: Colleague, title: object, group: str, status: int
) -> None:
    assert (await jo.post(ANSWERS, {"title": title, "group": group}))[0] == status


async def test_an_adviser_begins_no_answer(sam: Colleague) -> None:
    assert (await sam.post(ANSWERS, {"title": "Fine", "group": "support"}))[0] == 403
