"""The dry run: before a draft is in force, which past messages would be heard otherwise, and how."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.conversations.model import PERSON_AUTHOR
from handoff.conversations.service import append, lock
from handoff.screening.editions import labelled as shipped_labelled
from handoff.screening.editions import service, trial
from handoff.screening.model import StoredFinding
from handoff.screening.verdict import LEVELS
from handoff.staff import service as staff
from tests.handoff.cases.scenes import LEAD, Colleague, make_case, signed_in
from tests.handoff.screening.editing import (
    HOME,
    LOW,
    NEW_WORDS,
    audited,
    decide,
    dry_run_done,
    lines_of,
    said,
    save,
    submit,
)

Client = TestClient[Any, Any]


async def tried(priya: Colleague, parts: Parts) -> dict[str, Any]:
    await priya.submit(f"{HOME}/phrases/dry-run")
    draft = await dry_run_done(parts)
    assert draft.trial and draft.trial["state"] == "done"
    return draft.trial


async def test_it_counts_what_would_rise_and_fall_and_says_which(priya: Colleague, parts: Parts) -> None:
    rises = await said(parts, f"hello, {NEW_WORDS} again")
    falls = await said(parts, "everything is pointless")
    await said(parts, "what is a bursary")
    phrase = await a_phrase_heard_in(priya, "everything is pointless")
    await save(priya, drop=phrase)
    outcome = await tried(priya, parts)
    assert (outcome["past"], outcome["falls"], outcome["rises"]) == (3, 1, 1)
    changed = [(one["message"], one["old"], one["new"]) for one in outcome["changed"]]
    assert changed == [(str(falls), "concern", "routine"), (str(rises), "routine", "concern")]


async def a_phrase_heard_in(priya: Colleague, text: str) -> str:
    """The only line of the group of low mood that hears `text`."""
    lines = lines_of(await priya.page(LOW)).split("\n")
    heard = [line for line in lines if "pointless" in line]
    assert len(heard) == 1
    return heard[0]


async def test_made_up_messages_are_counted_right_before_and_after(priya: Colleague, parts: Parts) -> None:
    await save(priya)
    counts = (await tried(priya, parts))["labelled"]
    assert counts == {
        "meant": 4, "old_right": 2, "new_right": 3, "fine": 2, "old_false": 0, "new_false": 0,
    }  # fmt: skip
    page = await priya.page(f"{HOME}/phrases/draft")
    assert "3 of 4 get their level or a higher one (now 2)" in page


async def test_what_other_detectors_heard_stays_heard(priya: Colleague, parts: Parts) -> None:
    message = await said(parts, NEW_WORDS)
    async with parts.db.transaction() as session:
        row = await session.get_one(trial.Message, message)
        session.add(
            StoredFinding(
                conversation_id=row.conversation_id,
                message_id=message,
                level="urgent",
                categories=["distress"],
                evidence=["fog"],
                detector="model",
                version="1",
                at=parts.clock.now(),
            )
        )
    await save(priya)
    assert (await tried(priya, parts))["rises"] == 0


async def test_a_message_is_heard_after_the_one_before_it_as_it_was_then(
    priya: Colleague, parts: Parts
) -> None:
    case = await make_case(parts, words="the teal umbrella")
    async with parts.db.transaction() as session:
        thread = await lock(session, uuid.UUID(case["conversation"]))
        await append(session, thread, parts.clock.now(), author=PERSON_AUTHOR, text="is back")
    await save(priya)
    assert (await tried(priya, parts))["rises"] == 1


async def test_only_messages_of_ones_own_areas_are_run(parts: Parts) -> None:
    await said(parts, "in camden", area="camden")
    await said(parts, "in lambeth", area="lambeth")
    await said(parts, "somewhere", area=None)
    async with parts.db.reading() as session:
        asked = await trial.past_messages(session, ["camden"])
    assert sorted(one.text for one in asked) == ["in camden", "somewhere"]


async def test_the_newest_messages_are_run_and_no_more_than_the_limit(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MOST_MESSAGES", 2)
    for age in (3, 1, 2):
        await said(parts, f"{age} days old", at=parts.clock.now() - timedelta(days=age))
    async with parts.db.reading() as session:
        asked = await trial.past_messages(session, ["camden"])
    assert [one.text for one in asked] == ["1 days old", "2 days old"]


async def test_a_change_leads_to_the_case_and_shows_the_words_heard(priya: Colleague, parts: Parts) -> None:
    case = await make_case(parts, words=f"well {NEW_WORDS} again")
    await save(priya)
    await tried(priya, parts)
    page = await priya.page(f"{HOME}/phrases/draft")
    assert f"/staff/cases/{case['id']}" in page and "<q>teal umbrella is back</q>" in page


async def test_words_from_a_case_that_is_not_theirs_are_not_shown(
    priya: Colleague, client: Client, parts: Parts
) -> None:
    await make_case(parts, area="lambeth", words="the purple fog again")
    await save(priya, add="the purple fog")
    await tried(priya, parts)
    assert "<q>purple fog</q>" in await priya.page(f"{HOME}/phrases/draft")
    async with parts.db.transaction() as session:
        person = await staff.by_email(session, LEAD)
        assert person
        person.areas = ["camden"]
    async with signed_in(client, LEAD) as narrowed:
        page = await narrowed.page(f"{HOME}/phrases/draft")
    assert "not yours to see" in page and "<q>" not in page and "/staff/cases/" not in page


async def test_what_is_kept_of_it_holds_no_words(priya: Colleague, parts: Parts) -> None:
    await said(parts, f"my name is Zebedee and {NEW_WORDS}")
    await save(priya)
    outcome = await tried(priya, parts)
    assert "Zebedee" not in str(outcome) and "Zebedee" not in str(await audited(parts))
    assert outcome["rises"] == 1


async def test_a_draft_changed_after_its_dry_run_needs_another(
    priya: Colleague, dana: Colleague, parts: Parts
) -> None:
    await save(priya)
    await tried(priya, parts)
    await save(priya, add="another thing to hear")
    assert "changed since the last dry run" in await priya.page(f"{HOME}/phrases/draft")
    await submit(priya)
    draft = await dry_run_done(parts)
    assert draft.trial and draft.trial["sha256"] == draft.sha256
    assert "Approve and put in force" in await dana.page(f"{HOME}/phrases/draft")


async def test_a_worker_that_dies_leaves_a_failed_run_that_can_be_begun_again(
    priya: Colleague, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(trial.sys, "executable", "/bin/false")
        await save(priya)
        await priya.submit(f"{HOME}/phrases/dry-run")
        assert ((await dry_run_done(parts)).trial or {})["state"] == "failed"
        assert "The dry run failed" in await priya.page(f"{HOME}/phrases/draft")
    async with parts.db.transaction() as session:
        draft = await service.open_edition(session, "phrases")
        assert draft
        draft.trial = None
    assert (await tried(priya, parts))["state"] == "done"


async def test_a_run_that_a_crash_cut_off_can_be_begun_again(priya: Colleague, parts: Parts) -> None:
    await save(priya)
    long_ago = (parts.clock.now() - timedelta(minutes=5)).isoformat()
    async with parts.db.transaction() as session:
        draft, before = await service.open_edition(session, "phrases"), await service.live(session, "phrases")
        assert draft and before
        draft.trial = {
            "state": "running", "sha256": draft.sha256, "against": before.sha256, "done": 7, "of": 90,
            "areas": [], "by": "x", "at": long_ago, "told_at": long_ago,
        }  # fmt: skip
    page = await priya.page(f"{HOME}/phrases/draft")
    assert "7 of 90" in page and "It stands still" in page
    assert (await tried(priya, parts))["done"] == 6


async def test_how_far_it_is_can_be_asked_for_alone(priya: Colleague, parts: Parts) -> None:
    await save(priya)
    await tried(priya, parts)
    part = await priya.page(f"{HOME}/phrases/dry-run/progress")
    assert re.match(r'\s*<div data-trial="[^"]+" data-state="done">', part)


async def test_fixed_messages_have_no_dry_run(priya: Colleague, parts: Parts) -> None:
    await priya.submit(f"{HOME}/messages/start")
    assert "Dry run" not in await priya.page(f"{HOME}/messages/draft")
    async with priya.http.get(f"{HOME}/messages/dry-run/progress") as response:
        assert response.status == 404


async def test_deciding_does_not_wait_for_who_ran_it(priya: Colleague, dana: Colleague, parts: Parts) -> None:
    """An approver without a dry run of their own may start it."""
    await save(priya)
    await submit(priya)
    await dry_run_done(parts)
    assert (await dana.submit(f"{HOME}/phrases/dry-run"))[0] == 200
    assert (await decide(dana))[0] == 200


def test_the_labelled_messages_of_the_product_are_read() -> None:
    found = shipped_labelled.labelled()
    assert len(found) > 500 and {one.level for one in found} == set(LEVELS)
