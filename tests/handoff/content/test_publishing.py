"""An editor changes the words, a second person approves, people get them at once; all can be undone."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import event, select
from sqlalchemy.orm import object_session

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.content import standing
from handoff.content.model import Revision
from handoff.content.service import answer_view
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer

BURSARY = "/api/staff/answers/bursary"
NEW = {"web": "Ask **student services** for the form.", "sms": "Ask student services for the form."}


async def _start(editor: Colleague) -> int:
    status, body = await editor.post(f"{BURSARY}/start")
    assert status == 200
    return int(body["draft"]["version"])


async def _save(editor: Colleague, version: int, **words: str) -> tuple[int, dict[str, Any]]:
    return await editor.post(f"{BURSARY}/save", {"version": version, **words})


async def _submit(editor: Colleague, **words: str) -> int:
    """A draft with new words, waiting for approval; its version."""
    version = await _start(editor)
    status, body = await editor.post(f"{BURSARY}/submit", {"version": version, **NEW, **words})
    assert status == 200, body
    return int(body["draft"]["version"])


async def _publish(author: Colleague, approver: Colleague, **words: str) -> None:
    version = await _submit(author, **words)
    status, body = await approver.post(f"{BURSARY}/approve", {"version": version})
    assert status == 200, body


async def _live(editor: Colleague) -> str:
    return str((await editor.get(BURSARY))[1]["live"]["web"])


async def test_an_open_chat_gets_the_new_words_without_training(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await make_chat(client)
    [before] = await chat.say("bursary?")
    await _publish(jo, kit)
    await _live_everywhere(parts, 2)
    [after] = await chat.say("bursary?")
    assert "16 to 19 Bursary Fund" in before["text"]
    assert after["text"].startswith("Ask student services for the form.")
    assert after["html"].startswith("<p>Ask <strong>student services</strong> for the form.</p>")


async def _live_everywhere(parts: Parts, release: int) -> None:
    async with asyncio.timeout(5):
        while parts.content.release < release:
            await asyncio.sleep(0)


async def test_a_draft_changes_nothing_for_people(jo: Colleague, parts: Parts) -> None:
    before = await _live(jo)
    await _save(jo, await _start(jo), **NEW)
    assert await _live(jo) == before and parts.content.release == 1


async def test_nobody_approves_their_own_work(jo: Colleague) -> None:
    version = await _submit(jo)
    status, body = await jo.post(f"{BURSARY}/approve", {"version": version})
    assert (status, body["error"]["code"]) == (403, "own_work")


async def test_who_only_mended_a_colleagues_draft_may_not_approve_it_either(
    jo: Colleague, kit: Colleague
) -> None:
    version = await _start(jo)
    _, saved = await _save(kit, version, **NEW)
    _, sent = await jo.post(f"{BURSARY}/submit", {"version": saved["draft"]["version"]})
    status, body = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
    assert (status, body["error"]["code"]) == (403, "own_work")


async def test_two_editors_never_overwrite_each_other(jo: Colleague, kit: Colleague) -> None:
    version = await _start(jo)
    assert await _start(kit) == version
    assert (await _save(jo, version, sms="Jo wrote this."))[0] == 200
    status, body = await _save(kit, version, sms="Kit wrote this.")
    assert (status, body["error"]["code"], body["error"]["by"]) == (409, "changed_meanwhile", "Jo Davies")
    assert (await jo.get(BURSARY))[1]["draft"]["sms"] == "Jo wrote this."


async def test_two_saves_at_once_one_wins(jo: Colleague, kit: Colleague) -> None:
    version = await _start(jo)
    saves = await asyncio.gather(_save(jo, version, sms="One."), _save(kit, version, sms="Two."))
    assert sorted(status for status, _ in saves) == [200, 409]


async def test_two_approvals_at_once_make_one_release(
    jo: Colleague, kit: Colleague, client: TestClient[Any, Any]
) -> None:
    version = await _submit(jo)
    told = await asyncio.gather(*(kit.post(f"{BURSARY}/approve", {"version": version}) for _ in range(2)))
    assert sorted(status for status, _ in told) == [200, 409]
    assert len((await jo.get("/api/staff/releases"))[1]["releases"]) == 2


async def test_a_draft_sent_back_carries_its_note_until_it_is_sent_again(
    jo: Colleague, kit: Colleague
) -> None:
    version = await _submit(jo)
    _, back = await kit.post(f"{BURSARY}/request-changes", {"version": version, "note": "Say which form."})
    assert (back["draft"]["state"], back["draft"]["review_note"]) == ("draft", "Say which form.")
    _, again = await jo.post(f"{BURSARY}/submit", {"version": back["draft"]["version"]})
    assert again["draft"]["review_note"] is None


async def test_sending_back_says_what_should_change(jo: Colleague, kit: Colleague) -> None:
    version = await _submit(jo)
    status, body = await kit.post(f"{BURSARY}/request-changes", {"version": version, "note": "  "})
    assert (status, body["error"]["code"]) == (422, "note_required")


async def test_an_author_may_take_their_draft_back_or_discard_it(jo: Colleague) -> None:
    version = await _submit(jo)
    _, mine = await jo.post(f"{BURSARY}/take-back", {"version": version})
    status, gone = await jo.post(f"{BURSARY}/discard", {"version": mine["draft"]["version"]})
    assert status == 200 and gone["draft"] is None


async def test_a_source_that_nobody_can_have_read_yet_is_refused(jo: Colleague) -> None:
    _, saved = await _save(jo, await _start(jo), source_checked="2027-05-01", review="2027-08-01")
    status, body = await jo.post(f"{BURSARY}/submit", {"version": saved["draft"]["version"]})
    assert (status, body["error"]["code"]) == (422, "not_ready")
    assert any("lies ahead" in told for told in body["error"]["problems"]["source"])


async def test_what_waits_for_approval_cannot_be_changed(jo: Colleague) -> None:
    status, body = await _save(jo, await _submit(jo), sms="Changed after all.")
    assert (status, body["error"]["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("sms", "x" * 460, "cut it to 459"),
        ("sms", "Привет", "texts cannot carry"),
        ("sms", "Ring {area.fax}", "not a placeholder"),
        ("sms", "Text STOP to end", "STOP in capitals"),
        ("sms", "", "must be a text"),
        ("web", "word " * 121, "cut it to 120"),
        ("web", "[x](http://x.example)", "no https:// address"),
        ("web", "[x](https://gov.uk@evil.example/)", "no https:// address"),
        ("web", "[x](https://www.gov.uk/x y)", "]( would be shown as it is"),
        ("web", "This is **half bold", "** would be shown as it is"),
        ("web", "Ring {area.phone", "belongs to nothing"),
        ("sms", "Ring area.phone}", "belongs to nothing"),
        ("sms", "This is **bold**", "sms shows ** as it is"),
        ("sms", "See [the form](https://www.gov.uk/a)", "sms shows ]( as it is"),
        ("source_url", "https://", "an address people can open"),
        ("title", "t" * 61, "at most 60"),
        ("source_url", "gov.uk", "must start with https://"),
        ("source_name", "", "needs a name"),
        ("source_checked", "soon", "must be a date"),
        ("review", "2020-01-01", "after the day the source was checked"),
    ],
)
async def test_what_cannot_be_published_is_kept_and_says_where_and_how(
    jo: Colleague, field: str, words: str, said: str
) -> None:
    status, saved = await _save(jo, await _start(jo), **{field: words})
    assert status == 200 and saved["draft"][field] == words.strip()
    named = "source" if field.startswith("source") else field
    assert any(said in sentence for sentence in saved["problems"][named])
    status, body = await jo.post(f"{BURSARY}/submit", {"version": saved["draft"]["version"]})
    assert (status, body["error"]["code"], list(body["error"]["problems"])) == (422, "not_ready", [named])


async def test_a_draft_that_says_the_same_is_not_sent_for_approval(jo: Colleague) -> None:
    status, body = await jo.post(f"{BURSARY}/submit", {"version": await _start(jo)})
    assert (status, body["error"]["code"]) == (422, "no_change")


async def test_going_back_to_an_earlier_release_is_a_new_release(jo: Colleague, kit: Colleague) -> None:
    first = await _live(jo)
    await _publish(jo, kit)
    status, body = await kit.post("/api/staff/releases/1/restore")
    assert (status, body) == (200, {"release": 3})
    assert await _live(jo) == first
    newest = (await jo.get("/api/staff/releases"))[1]["releases"][0]
    assert newest["why"] == "Back to release 1" and newest["changed"] == [
        {"slug": "bursary", "title": "Help with college costs"}
    ]


async def test_one_answer_is_shown_without_reading_the_others(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await _publish(jo, kit)
    read = set()  # pairs with the session, for what goes on beside it reads answers too

    def note(revision: Revision, context: object) -> None:
        read.add((revision.slug, object_session(revision)))

    event.listen(Revision, "load", note)
    try:
        async with parts.db.reading() as session:
            view = await answer_view(session, "bursary")
    finally:
        event.remove(Revision, "load", note)
    ours = {slug for slug, by in read if by is session.sync_session}
    assert view.live and view.live.web == NEW["web"] and ours == {"bursary"}


@pytest.mark.parametrize(("number", "status"), [("1", 409), ("0", 404), ("99", 404), ("x", 404)])
async def test_only_an_earlier_release_can_be_gone_back_to(jo: Colleague, number: str, status: int) -> None:
    assert (await jo.post(f"/api/staff/releases/{number}/restore"))[0] == status


@pytest.mark.parametrize("path", [f"{BURSARY}/start", f"{BURSARY}/approve", "/api/staff/releases/1/restore"])
async def test_an_adviser_reads_answers_but_does_not_change_them(sam: Colleague, path: str) -> None:
    assert (await sam.get(BURSARY))[0] == 200
    assert (await sam.post(path, {"version": 1}))[0] == 403


@pytest.mark.parametrize("path", ["/api/staff/answers", BURSARY, "/api/staff/releases"])
async def test_nobody_sees_the_editor_without_signing_in(client: TestClient[Any, Any], path: str) -> None:
    assert (await client.get(path)).status == 401


@pytest.mark.parametrize("version", ["", "x", None, 10**12, -1, "²"])
async def test_a_version_that_is_none_is_refused(jo: Colleague, version: object) -> None:
    await _start(jo)
    status, body = await jo.post(f"{BURSARY}/save", {"version": version, **NEW})
    assert (status, body["error"]["field"]) == (422, "version")


async def test_words_no_answer_could_hold_are_too_long(jo: Colleague) -> None:
    assert (await _save(jo, await _start(jo), web="x" * 20_001))[0] == 413


async def test_every_step_is_on_the_record(jo: Colleague, kit: Colleague, parts: Parts) -> None:
    await _publish(jo, kit)
    async with parts.db.reading() as session:
        done = [entry.action for entry in (await session.execute(select(AuditEntry))).scalars()]
    steps = ["answer.start_draft", "answer.save_draft", "answer.submit", "answer.approve", "release.publish"]
    assert [action for action in done if action in steps][-5:] == steps


async def test_a_message_is_stored_while_new_questions_are_screened(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    chat = await make_chat(client)
    _, begun = await jo.post(f"{BURSARY}/start")
    begins, said = threading.Event(), threading.Event()

    def slowly(text: str) -> bool:
        begins.set()
        return not said.wait(20)

    monkeypatch.setattr(standing, "sounds_dangerous", slowly)
    examples = "\n".join([*begun["examples"], "can college chip in for a laptop"])
    body = {"version": begun["draft"]["version"], "web": "Ask.", "sms": "Ask.", "examples": examples}
    submitting = asyncio.create_task(jo.post(f"{BURSARY}/submit", body))
    async with asyncio.timeout(20):
        while not begins.is_set():
            await asyncio.sleep(0)
    try:
        assert len(await chat.say("bursary?")) == 1 and not submitting.done()
    finally:
        said.set()
    assert (await submitting)[0] == 200
