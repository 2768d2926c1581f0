"""Phrases and fixed messages change by approved editions only: two people, a dry run, all of it on record."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from handoff.app import Parts
from handoff.screening import force
from handoff.screening.editions import service
from handoff.screening.editions.keeper import EditionKeeper
from handoff.screening.model import Edition
from handoff.screening.service import screen
from tests.handoff.cases.scenes import CAMDEN, Colleague, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.screening.editing import (
    HOME,
    LOW,
    NEW_WORDS,
    approved,
    audited,
    decide,
    dry_run_done,
    hidden,
    in_force,
    save,
    submit,
)

Client = TestClient[Any, Any]


async def number_of(parts: Parts, kind: str = "phrases") -> int:
    async with parts.db.reading() as session:
        found = await service.live(session, kind)
    assert found
    return found.number


async def test_a_phrase_is_heard_once_a_second_person_approved_it(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    assert screen(NEW_WORDS).level == "routine"
    await save(priya)
    await submit(priya)
    assert screen(NEW_WORDS).level == "routine"
    await dry_run_done(parts)
    status, page = await decide(dana)
    assert status == 200 and "in force from now on" in page
    assert screen(NEW_WORDS).level == "concern"
    assert "Edition 2" in await priya.page(HOME)


async def test_nobody_approves_what_they_wrote(priya: Colleague, parts: Parts) -> None:
    await save(priya)
    await submit(priya)
    await dry_run_done(parts)
    status, page = await decide(priya)
    assert status == 403 and "someone else has to approve it" in page
    assert await number_of(parts) == 1


async def test_phrases_are_not_approved_before_their_dry_run_is_done(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await save(priya)
    await submit(priya)
    async with parts.db.transaction() as session:
        await session.execute(update(Edition).where(Edition.number == 2).values(trial=None))
    status, page = await decide(dana)
    assert status == 409 and "dry run" in page


async def test_a_no_comes_with_a_comment_and_the_draft_can_be_begun_again(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await save(priya)
    await submit(priya)
    assert (await decide(dana, "reject"))[0] == 422
    assert (await decide(dana, "reject", note="Too broad."))[0] == 200
    page = await priya.page(f"{HOME}/phrases/editions/2")
    assert "Too broad." in page and "Dana Whitlock" in page
    status, page = await priya.submit(f"{HOME}/phrases/start", number="2")
    assert status == 200 and NEW_WORDS in page


async def test_going_back_to_an_earlier_edition_needs_a_second_person_too(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    status, _ = await priya.submit(f"{HOME}/phrases/go-back", number="1", reason="It alarmed too often.")
    assert status == 200 and screen(NEW_WORDS).level == "concern"
    await dry_run_done(parts)
    assert (await decide(priya))[0] == 403
    await decide(dana)
    assert screen(NEW_WORDS).level == "routine"


async def test_going_back_to_the_shipped_words_needs_a_second_person_too(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    assert (await dana.submit(f"{HOME}/phrases/ask-for-shipped", reason="No."))[0] == 403
    assert (await priya.submit(f"{HOME}/phrases/ask-for-shipped", reason=""))[0] == 422
    status, _ = await priya.submit(f"{HOME}/phrases/ask-for-shipped", reason="Everything was urgent.")
    assert status == 200 and screen(NEW_WORDS).level == "concern"
    await dry_run_done(parts)
    assert (await decide(priya))[0] == 403 and screen(NEW_WORDS).level == "concern"
    assert (await decide(dana))[0] == 200
    assert screen(NEW_WORDS).level == "routine"


@pytest.mark.parametrize("kind", ["phrases", "messages"])
async def test_nobody_puts_words_aside_alone_that_were_approved_here(
    priya: Colleague, dana: Colleague, parts: Parts, kind: str
) -> None:
    await _approved_by_others(parts, kind)
    await EditionKeeper(parts.db, parts.hub).reload()
    status, page = await priya.submit(f"{HOME}/{kind}/restore-shipped", reason="In a hurry.")
    assert status == 409 and "Someone else has to approve" in page
    assert await number_of(parts, kind) == 2


async def test_nobody_puts_words_aside_alone_that_another_process_approved_just_now(
    priya: Colleague, dana: Colleague, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(priya, dana, parts)
    await _spoil(parts)
    monkeypatch.setattr(force.PHRASES, "use", lambda *told: None)  # this process has not heard of it yet
    await _approved_by_others(parts, "phrases")
    status, page = await priya.submit(f"{HOME}/phrases/restore-shipped", reason="Altered.")
    assert status == 409 and "Someone else has to approve" in page
    assert await number_of(parts) == 3


async def _approved_by_others(parts: Parts, kind: str) -> None:
    """Other words are approved, whoever it was, and no process has heard of it yet."""
    async with parts.db.transaction() as session:
        live = await service.live(session, kind)
        assert live
        body = live.body.replace("you", "you ", 1)
        local = await service.add(session, parts.clock.now(), kind, body, "set_aside", origin="staff")
        await service.put_in_force(session, parts.clock.now(), local)
        await service.note(session, parts.clock.now(), "system", "screening.approve", local)


async def test_a_draft_that_is_open_is_not_overtaken_by_the_shipped_words(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    await save(priya, add="never again please")
    status, _ = await priya.submit(f"{HOME}/phrases/ask-for-shipped", reason="Everything was urgent.")
    assert status == 409 and screen(NEW_WORDS).level == "concern"


async def test_a_lead_alone_makes_the_shipped_words_the_approved_ones_where_they_run_already(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    await _spoil(parts)
    page = await priya.page(HOME)
    assert "Make the shipped words the approved ones" in page
    assert (await dana.submit(f"{HOME}/phrases/restore-shipped", reason="No."))[0] == 403
    assert (await priya.submit(f"{HOME}/phrases/restore-shipped", reason=""))[0] == 422
    assert (await priya.submit(f"{HOME}/phrases/restore-shipped", reason="Altered."))[0] == 200
    assert force.PHRASES.held.faults == () and force.PHRASES.held.number == 3
    assert ("screening.restore_shipped", 3) in [(one[1], one[2]["number"]) for one in await audited(parts)]


async def test_with_a_broken_edition_live_the_dry_run_is_against_what_runs_in_its_place(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    await _spoil(parts, '{"phrases": {}, "spelling": {}}')
    await priya.submit(f"{HOME}/phrases/ask-for-shipped", reason="It is broken.")
    assert (await dry_run_done(parts)).trial["state"] == "done"


async def _spoil(parts: Parts, body: str = "") -> None:
    """Change the live phrases in the database, behind everybody's back."""
    async with parts.db.transaction() as session:
        live = await service.live(session, "phrases")
        assert live
        live.body = body or live.body.replace("teal umbrella", "blue umbrella")
        live.sha256 = service.sets.digest(live.body)
    await EditionKeeper(parts.db, parts.hub).reload()


@pytest.mark.parametrize("email", [CAMDEN, "editor.one@demo.test", "admin@demo.test"])
@pytest.mark.parametrize(
    "path", ["", "/phrases", "/messages", "/phrases/parts/group-low", "/phrases/editions/1"]
)
async def test_others_see_nothing_of_it(client: Client, email: str, path: str) -> None:
    async with signed_in(client, email) as somebody, somebody.http.get(HOME + path) as response:
        assert response.status == 403


async def test_a_manager_reads_and_approves_but_does_not_write(dana: Colleague, parts: Parts) -> None:
    page = await dana.page(LOW)
    assert "Keep in the draft" not in page
    for path in (LOW, f"{HOME}/phrases/submit", f"{HOME}/phrases/start", f"{HOME}/phrases/discard"):
        assert (await dana.submit(path, lines="x", seen=hidden(page, "seen")))[0] == 403


async def test_another_site_cannot_write(priya: Colleague, parts: Parts) -> None:
    async with priya.http.post(LOW, data={"lines": "x"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("add", "told"),
    [
        ("(open bracket", "bracket that is not closed"),
        ("a <nothing> slot", "not a slot"),
        ("?", "nothing before it"),
        ("*", "match nothing at all"),
        ("x" * 301, "300 at most"),
        ("miserable", "says the same as line"),
    ],
)
async def test_a_faulty_phrase_is_named_at_its_line_and_nothing_typed_is_lost(
    priya: Colleague, parts: Parts, add: str, told: str
) -> None:
    await save(priya, add="miserable") if add == "miserable" else None
    status, page = await save(priya, add=add, **{"try": "what they typed"})
    assert status == 422 and told in page and "Line " in page
    assert add.replace("<", "&lt;").replace(">", "&gt;") in page and "what they typed" in page
    async with parts.db.reading() as session:
        draft = await service.open_edition(session, "phrases")
    assert draft is None or add == "miserable"


async def test_a_broken_draft_cannot_be_submitted(priya: Colleague, parts: Parts) -> None:
    await save(priya)
    async with parts.db.transaction() as session:
        draft = await service.open_edition(session, "phrases")
        assert draft
        draft.body = draft.body.replace("teal umbrella", "teal (umbrella")
    status, page = await submit(priya)
    assert status == 422 and "cannot be used" in page
    assert "submit" in page and "Heard in a chat." in page


async def test_two_leads_on_one_group_do_not_overwrite_each_other(priya: Colleague, parts: Parts) -> None:
    seen = hidden(await priya.page(LOW), "seen")
    await save(priya)
    status, page = await save(priya, add="another line", seen=seen)
    assert status == 409 and "another line" in page and "Somebody changed this" in page


async def test_one_draft_is_open_whatever_two_people_press_at_once(priya: Colleague, parts: Parts) -> None:
    await asyncio.gather(*(priya.submit(f"{HOME}/phrases/start") for _ in range(4)))
    async with parts.db.reading() as session:
        history = await service.history(session, "phrases")
    assert [one.state for one in history].count("draft") == 1 and len(history) == 2


async def test_a_draft_that_changed_meanwhile_is_not_approved_unseen(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await save(priya)
    await submit(priya)
    await dry_run_done(parts)
    version = hidden(await dana.page(f"{HOME}/phrases/draft"), "version")
    await decide(priya, "take-back")
    await save(priya, add="never again please")
    await submit(priya)
    status, _ = await dana.submit(f"{HOME}/phrases/approve", version=version)
    assert status == 409 and screen(NEW_WORDS).level == "routine"


async def test_every_step_is_on_record_with_hashes_and_without_words(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    entries = await audited(parts)
    steps = [action.removeprefix("screening.") for _, action, _ in entries]
    assert [step for step in steps if step not in ("ship", "dry_run")] == [
        "start_draft", "save_draft", "submit", "approve",
    ]  # fmt: skip
    assert all(len(str(detail["sha256"])) == 64 for _, _, detail in entries)
    assert "fog" not in str(entries)


async def test_messages_that_come_while_an_edition_is_swapped_all_get_a_verdict(
    priya: Colleague, dana: Colleague, client: Client, parts: Parts
) -> None:
    await save(priya)
    await submit(priya)
    await dry_run_done(parts)
    chats = [await make_chat(client, "camden") for _ in range(8)]
    said = [chat.send("i want to die", wait=True) for chat in chats]
    (status, _), *answers = await asyncio.gather(decide(dana), *said)
    assert status == 200
    for answer in answers:
        assert (await answer.json())["replies"][0]["kind"] == "safety"


async def test_another_process_takes_an_approved_edition_up(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    force.PHRASES.reset()  # as if this were the other process
    assert screen(NEW_WORDS).level == "routine"
    other = EditionKeeper(parts.db, parts.hub)
    await other.reload()
    assert screen(NEW_WORDS).level == "concern"


async def test_an_edition_changed_in_the_database_is_not_used(
    priya: Colleague, dana: Colleague, client: Client, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    await _spoil(parts)
    assert force.PHRASES.held.number == 1 and screen("i want to die").level == "urgent"
    assert "Screening does not run as it was approved" in await priya.page("/staff/queue")
    async with client.get("/readyz") as response:
        body = await response.json()
    assert (body["status"], body["checks"]["screening"]) == ("degraded", False)


async def test_what_was_read_earlier_never_replaces_what_was_read_later(
    priya: Colleague, dana: Colleague, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await approved(priya, dana, parts)
    has_read, go_on, choose = threading.Event(), threading.Event(), force.PHRASES.choose

    def slow(editions: Sequence[force.Candidate]) -> Any:
        chosen = choose(editions)
        if "teal umbrella" in editions[0].body:
            has_read.set()
            go_on.wait(30)
        return chosen

    monkeypatch.setattr(force.PHRASES, "choose", slow)
    earlier = asyncio.create_task(EditionKeeper(parts.db, parts.hub).reload())
    assert await asyncio.to_thread(has_read.wait, 30)
    async with parts.db.transaction() as session:
        live = await service.live(session, "phrases")
        assert live
        live.body = live.body.replace("teal umbrella", "blue umbrella")
        live.sha256 = service.sets.digest(live.body)
    await EditionKeeper(parts.db, parts.hub).reload()
    go_on.set()
    await earlier
    assert force.PHRASES.held.number == 1


async def test_an_edition_approved_by_nobody_is_not_used(parts: Parts) -> None:
    async with parts.db.transaction() as session:
        live = await service.live(session, "phrases")
        assert live
        body = live.body.replace("kill", "kiss")
        forged = await service.add(session, parts.clock.now(), "phrases", body, "set_aside", origin="staff")
        await service.put_in_force(session, parts.clock.now(), forged)
    await EditionKeeper(parts.db, parts.hub).reload()
    assert force.PHRASES.held.number == 1 and "Edition 2" in force.PHRASES.held.faults[0]


async def test_an_approved_edition_is_in_force_after_a_restart(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await approved(priya, dana, parts)
    async with EditionKeeper(parts.db, parts.hub).running():
        await in_force("phrases", 2)
        assert screen(NEW_WORDS).level == "concern"
