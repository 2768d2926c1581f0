"""An answer is withdrawn or renamed: who asks for it gets another, nothing that named it is left hanging,
and it comes back with one step."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.content.entries import ContentFaults
from handoff.content.going_live import publish_due
from handoff.content.landing import learnt_release, not_learnt
from handoff.content.live import leads_to, live_release, release_revisions
from handoff.content.meaning import asked_for
from handoff.content.model import Revision, Training
from handoff.content.moving import bring_in, live_files, read_in
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.content.conftest import approved
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer

EMA = "/api/staff/answers/ema"
BURSARY = "bursary"


@pytest.fixture
async def lead(client: TestClient[Any, Any]) -> AsyncIterator[Colleague]:
    """The safeguarding lead: may take an answer off at once, not write one."""
    async with signed_in(client, "lead@demo.test") as colleague:
        yield colleague


async def _withdraw(editor: Colleague, slug: str = "ema", to: str = BURSARY, **more: Any) -> dict[str, Any]:
    status, body = await editor.post(f"/api/staff/answers/{slug}/withdraw", {"to": to, **more})
    assert status == 200, body
    return dict(body["draft"])


async def _live(parts: Parts) -> dict[str, Revision]:
    async with parts.db.reading() as session:
        return await release_revisions(session, await live_release(session))


async def _learn(parts: Parts) -> None:
    """What the assistant would do: the oldest training's release is live."""
    async with parts.db.transaction() as session:
        training = (await session.execute(select(Training).order_by(Training.number))).scalars().all()[-1]
        training.release = await learnt_release(session, parts.clock.now(), training)
        training.state = "done"


async def test_whoever_asks_for_a_withdrawn_answer_gets_the_other_one_without_training(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.script["ema?"] = [answer("ema")]
    chat = await make_chat(client)
    await _withdraw(jo)
    assert (await chat.say("ema?"))[0]["answer"] == "ema"
    await approved(jo, kit)
    await parts.content.reload()
    [got] = await chat.say("ema?")
    assert (got["answer"], got["kind"]) == (BURSARY, "answer")
    assert "16 to 19 Bursary Fund" in got["text"]
    newest = (await jo.get("/api/staff/releases"))[1]["releases"][0]
    assert newest["why"] == "Withdrawn: " + (await jo.get(EMA))[1]["live"]["title"]


async def test_what_led_to_it_leads_on_in_the_same_release_and_goes_back_with_it(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    before = await _live(parts)
    naming = {slug for slug, one in before.items() if "travel" in one.next}
    assert naming
    await _withdraw(jo, "travel", "job-search")
    await approved(jo, kit, "travel")
    after = await _live(parts)
    assert not [slug for slug, one in after.items() if "travel" in one.next]
    assert all("job-search" in after[slug].next for slug in naming - {"job-search"})
    _, body = await kit.post("/api/staff/releases/1/restore")
    assert body == {"release": 3}
    assert {slug: one.id for slug, one in (await _live(parts)).items()} == {
        slug: one.id for slug, one in before.items()
    }


async def test_a_button_of_an_answer_that_is_withdrawn_shows_where_it_leads(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, jo: Colleague, kit: Colleague
) -> None:
    rasa.script["hm"] = [{"kind": "choices", "text": "Which?", "choices": [
        {"text": None, "answer": "ema"}, {"text": None, "answer": BURSARY}]}]  # fmt: skip
    await _withdraw(jo)
    await approved(jo, kit)
    await parts.content.reload()
    [asked] = await (await make_chat(client)).say("hm")
    assert asked["choices"] == [{"text": "Help with college costs", "answer": BURSARY}]


async def test_questions_that_move_are_learnt_as_the_other_answers(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    before = await _live(parts)
    await _withdraw(jo, questions="move")
    body = await approved(jo, kit)
    assert body["draft"]["state"] == "approved"
    assert (await _live(parts))["ema"].goes_to is None
    await _learn(parts)
    after = await _live(parts)
    assert after["ema"].goes_to == BURSARY and after["ema"].examples == []
    assert after[BURSARY].examples == [*before[BURSARY].examples, *before["ema"].examples]
    assert after[BURSARY].follows == "ema" and after[BURSARY].web == before[BURSARY].web


async def test_a_withdrawal_that_was_not_learnt_leaves_nothing_half_done(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    await _withdraw(jo, questions="move")
    await approved(jo, kit)
    async with parts.db.transaction() as session:
        training = (await session.execute(select(Training))).scalar_one()
        training.state = "failed"
        await not_learnt(session, training)
    assert (await jo.get(f"/api/staff/answers/{BURSARY}"))[1]["draft"] is None
    version = (await jo.get(EMA))[1]["draft"]["version"]
    status, body = await kit.post(f"{EMA}/publish", {"version": version})
    assert status == 200, body
    await _learn(parts)
    assert (await _live(parts))["ema"].goes_to == BURSARY


async def test_a_withdrawn_answer_comes_back_with_its_words_and_its_questions(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    before = await _live(parts)
    await _withdraw(jo, questions="move")
    await approved(jo, kit)
    await _learn(parts)
    status, body = await jo.post(f"{EMA}/start")
    assert status == 200 and body["draft"]["goes_to"] == ""
    assert body["draft"]["examples"] == "\n".join(before["ema"].examples)
    await approved(jo, kit)
    await _learn(parts)
    after = await _live(parts)
    assert after["ema"].goes_to is None and after["ema"].web == before["ema"].web
    assert after[BURSARY].examples == before[BURSARY].examples


async def test_a_renamed_answer_is_found_by_both_names(parts: Parts, jo: Colleague, kit: Colleague) -> None:
    before = await _live(parts)
    status, body = await jo.post(f"{EMA}/rename", {"name": "old-ema"})
    assert status == 200, body
    await approved(jo, kit)
    await _learn(parts)
    after = await _live(parts)
    assert after["ema"].goes_to == "old-ema" and leads_to(after, "ema") is after["old-ema"]
    for field in ("title", "web", "sms", "next", "examples", "source"):
        assert getattr(after["old-ema"], field) == getattr(before["ema"], field)
    assert not [slug for slug, one in after.items() if "ema" in one.next]
    assert (await jo.get("/api/staff/answers/old-ema"))[1]["group"] == "money"


@pytest.mark.parametrize(
    "name",
    ["", "Old EMA", "a" * 65, "files", "talk-to-person", "lost", "bursary", "signpost-x", "ема", "../x"],
)
async def test_a_name_that_cannot_be_is_refused(jo: Colleague, name: str) -> None:
    assert (await jo.post(f"{EMA}/rename", {"name": name}))[0] in (413, 422)
    assert (await jo.get(EMA))[1]["draft"] is None


@pytest.mark.parametrize(
    ("slug", "to", "told"),
    [
        ("ema", "ema", "cannot lead to itself"),
        ("ema", "no-such", "not the name of a live answer"),
        ("talk-to-person", "bursary", "part of how Wayline works"),
        ("signpost-under-16", "bursary", "part of how Wayline works"),
        ("confidentiality", "bursary", "part of how Wayline works"),
    ],
)
async def test_a_withdrawal_that_leads_nowhere_or_takes_what_is_needed_is_refused(
    jo: Colleague, slug: str, to: str, told: str
) -> None:
    status, body = await jo.post(f"/api/staff/answers/{slug}/withdraw", {"to": to})
    assert (status, body["error"]["code"]) == (422, "not_ready") and told in body["error"]["problems"][
        "goes_to"
    ][0]
    assert (await jo.get(f"/api/staff/answers/{slug}"))[1]["draft"] is None


async def test_two_answers_are_never_withdrawn_for_each_other(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    await _withdraw(jo, "ema", BURSARY)
    await _withdraw(kit, BURSARY, "ema")
    await approved(jo, kit, "ema")
    version = (await kit.get(f"/api/staff/answers/{BURSARY}"))[1]["draft"]["version"]
    status, body = await kit.post(f"/api/staff/answers/{BURSARY}/submit", {"version": version})
    assert status == 422 and "is withdrawn itself" in body["error"]["problems"]["goes_to"][0]
    assert leads_to(await _live(parts), "ema") is not None


async def test_two_that_were_scheduled_for_each_other_do_not_both_go(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    for slug, to in (("ema", BURSARY), (BURSARY, "ema")):
        await _withdraw(jo, slug, to)
    at = f"{parts.clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    for slug in ("ema", BURSARY):
        path = f"/api/staff/answers/{slug}"
        version = (await jo.get(path))[1]["draft"]["version"]
        _, sent = await jo.post(f"{path}/submit", {"version": version})
        _, held = await kit.post(f"{path}/approve", {"version": sent["draft"]["version"], "hold": True})
        _, planned = await kit.post(f"{path}/schedule", {"version": held["draft"]["version"], "at": at})
        assert planned["draft"]["publish_at"]
    parts.clock.move(timedelta(days=3))
    rules = parts.rules
    async with parts.db.transaction() as session:
        zone = rules.area(None).timezone
        await publish_due(session, parts.clock.now(), parts.content.facts, rules.vocabulary, zone)
    live = await _live(parts)
    assert [slug for slug in ("ema", BURSARY) if live[slug].goes_to] == [BURSARY]
    async with parts.db.reading() as session:
        waiting = select(Revision.publish_at).where(Revision.slug == "ema", Revision.state == "approved")
        assert (await session.execute(waiting)).scalars().all() == [None]


async def test_whose_questions_change_too_must_have_no_draft_open(jo: Colleague, kit: Colleague) -> None:
    await kit.post(f"/api/staff/answers/{BURSARY}/start")
    status, body = await jo.post(f"{EMA}/withdraw", {"to": BURSARY, "questions": "move"})
    assert status == 422 and "has a draft open" in body["error"]["problems"]["goes_to"][0]
    assert (await jo.post(f"{EMA}/withdraw", {"to": BURSARY}))[0] == 200


async def test_an_open_draft_that_names_it_says_what_to_take_instead(jo: Colleague, kit: Colleague) -> None:
    _, begun = await kit.post("/api/staff/answers/cv/start")
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New.", "next": "ema"}
    _, saved = await kit.post("/api/staff/answers/cv/save", body)
    await _withdraw(jo)
    await approved(jo, kit)
    path = "/api/staff/answers/cv/submit"
    status, refused = await kit.post(path, {"version": saved["draft"]["version"]})
    assert status == 422
    assert refused["error"]["problems"]["next"][0].endswith("take “Help with college costs” instead")


async def test_nobody_withdraws_an_answer_alone(jo: Colleague) -> None:
    draft = await _withdraw(jo)
    _, sent = await jo.post(f"{EMA}/submit", {"version": draft["version"]})
    status, body = await jo.post(f"{EMA}/approve", {"version": sent["draft"]["version"]})
    assert (status, body["error"]["code"]) == (403, "own_work")


async def test_whoever_changes_where_a_colleagues_withdrawal_leads_does_not_approve_it(
    jo: Colleague, kit: Colleague, dana: Colleague
) -> None:
    draft = await _withdraw(jo)
    changed = await _withdraw(kit, to="cv", version=draft["version"])
    _, sent = await kit.post(f"{EMA}/submit", {"version": changed["version"]})
    approval = {"version": sent["draft"]["version"]}
    for writer in (kit, jo):
        status, body = await writer.post(f"{EMA}/approve", approval)
        assert (status, body["error"]["code"]) == (403, "own_work")
    assert (await dana.post(f"{EMA}/approve", approval))[0] == 200


@pytest.mark.parametrize("step", ["withdraw", "rename", "take-off", "take-up", "comment"])
async def test_an_adviser_takes_nothing_away(sam: Colleague, step: str) -> None:
    assert (await sam.post(f"{EMA}/{step}", {"to": BURSARY, "name": "x", "reason": "x", "words": "x"}))[
        0
    ] == 403


async def test_a_lead_takes_an_answer_off_at_once_and_says_why(
    client: TestClient[Any, Any], parts: Parts, rasa: FakeRasa, lead: Colleague, jo: Colleague
) -> None:
    rasa.script["ema?"] = [answer("ema")]
    status, body = await lead.post(f"{EMA}/take-off", {"reason": "It names a line that is closed."})
    assert status == 200, body
    await parts.content.reload()
    [got] = await (await make_chat(client)).say("ema?")
    assert got["answer"] == "talk-to-person"
    async with parts.db.reading() as session:
        done = {entry.action for entry in (await session.execute(select(AuditEntry))).scalars()}
    assert "answer.take_off" in done
    assert (await jo.post(f"{EMA}/start"))[1]["draft"]["goes_to"] == ""


async def test_what_was_scheduled_before_an_answer_was_taken_off_does_not_bring_it_back(
    parts: Parts, lead: Colleague, jo: Colleague, kit: Colleague
) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    words = {"version": begun["draft"]["version"], "web": "Later.", "sms": "Later."}
    _, sent = await jo.post(f"{EMA}/submit", words)
    _, held = await kit.post(f"{EMA}/approve", {"version": sent["draft"]["version"], "hold": True})
    at = f"{parts.clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    status, told = await kit.post(f"{EMA}/schedule", {"version": held["draft"]["version"], "at": at})
    assert status == 200, told
    assert (await lead.post(f"{EMA}/take-off", {"reason": "It names a line that is closed."}))[0] == 200
    for editor in (jo, kit):
        page = await editor.page("/staff/answers")
        assert "was taken off at once, so its draft does not go live on" in page
    parts.clock.move(timedelta(days=3))
    rules = parts.rules
    async with parts.db.transaction() as session:
        zone = rules.area(None).timezone
        assert await publish_due(session, parts.clock.now(), parts.content.facts, rules.vocabulary, zone) == 0
    assert (await _live(parts))["ema"].goes_to == "talk-to-person"
    async with parts.db.reading() as session:
        waiting = select(Revision).where(Revision.slug == "ema", Revision.state == "approved")
        kept = (await session.execute(waiting)).scalar_one()
    assert (kept.web, kept.publish_at) == ("Later.", None)


async def test_the_mail_that_an_answer_was_taken_off_is_urgent(lead: Colleague, parts: Parts) -> None:
    await lead.post(f"{EMA}/take-off", {"reason": "It names a line that is closed."})
    told: list[str] = []
    async with asyncio.timeout(20):  # the service's own job looks every few seconds
        while not told:
            mails = [one.read_text() for one in (parts.settings.data_dir / "mail").glob("*.eml")]
            told = [mail for mail in mails if "Subject: Wayline: an answer was taken off at once" in mail]
            await asyncio.sleep(0)
    assert all("X-Priority: 1" in mail for mail in told)


async def test_two_withdrawals_at_once_begin_one_draft(jo: Colleague, kit: Colleague) -> None:
    told = await asyncio.gather(
        jo.post(f"{EMA}/withdraw", {"to": BURSARY}), kit.post(f"{EMA}/withdraw", {"to": "cv"})
    )
    assert sorted(status for status, _ in told) == [200, 409]


async def test_a_withdrawn_answer_goes_out_as_a_file_and_comes_in_again(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    await _withdraw(jo)
    await approved(jo, kit)
    async with parts.db.reading() as session:
        files = await live_files(session)
    assert "goes_to: bursary\n" in files["money.yml"]
    async with parts.db.reading() as session:
        answers = await read_in(session, files, parts.content.facts)
        found = await bring_in(session, parts.clock.now(), uuid.uuid4(), files, answers, trial=True)
    assert {one.what for one in found} == {"same"}
    away = files["money.yml"].replace("goes_to: bursary", "goes_to: nowhere")
    async with parts.db.reading() as session:
        with pytest.raises(ContentFaults, match="nowhere is not the slug of an answer that people get"):
            await read_in(session, {**files, "money.yml": away}, parts.content.facts)


async def test_what_people_ask_of_a_withdrawn_answer_counts_for_the_one_they_get(
    parts: Parts, jo: Colleague, kit: Colleague
) -> None:
    before = asked_for(await _live(parts))
    await _withdraw(jo)
    await approved(jo, kit)
    live = await _live(parts)
    after = asked_for(live)
    assert "ema" not in after and after[BURSARY] == before[BURSARY] + live["ema"].examples


async def test_a_withdrawn_answer_is_listed_so_and_chased_for_nothing(jo: Colleague, kit: Colleague) -> None:
    await _withdraw(jo)
    await approved(jo, kit)
    _, found = await jo.get("/api/staff/answers?state=withdrawn")
    assert [(row["slug"], row["overdue"]) for row in found["answers"]] == [("ema", False)]


async def test_the_page_says_where_it_leads_and_what_leads_here(jo: Colleague, kit: Colleague) -> None:
    await _withdraw(jo, "travel", "job-search")
    page = await jo.page("/staff/answers/travel")
    assert "lead there. It is live at once." in page and "Travel" in page  # the check-in's own button
    await approved(jo, kit, "travel")
    page = await jo.page("/staff/answers/travel")
    assert "Bring it back" in page and ">Withdrawn</h2>" in page
    assert "which leads here" in await jo.page("/staff/answers/job-search")
