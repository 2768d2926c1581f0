"""The whole wiring on one page: what a process carries, and its two applications.

The public app and the internal app are two `web.Application`s on two listeners, so that an internal
route cannot be public by mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
from aiohttp import web

from bot.vocabulary import load_vocabulary
from handoff import health, keys, openapi, pages, sse
from handoff.alerts import routes as alerts_routes
from handoff.alerts.climb import Alarms
from handoff.alerts.first_contact import FirstContacts
from handoff.alerts.readiness import open_areas
from handoff.alerts.silence import Silences
from handoff.asking import Asking
from handoff.background import background
from handoff.callout import MailCaller, TextCaller
from handoff.cases import internal_routes as cases_internal
from handoff.cases import record_routes as case_record_routes
from handoff.cases import routes as cases_routes
from handoff.cases import situation_routes as case_situation_routes
from handoff.cases.overnight import LeftOvernight
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.console import record_forms as console_record_forms
from handoff.console import routes as console_routes
from handoff.console import safeguarding as console_safeguarding
from handoff.content import routes as content_routes
from handoff.content.facts import facts_served
from handoff.content.live import LiveContent
from handoff.crypto import keyring
from handoff.db import Database
from handoff.degraded import Degraded
from handoff.errors import errors_middleware, second_try_middleware
from handoff.feedback import routes as feedback_routes
from handoff.floods import Floods
from handoff.jobcentre import routes as jobcentre_routes
from handoff.jobcentre.post import Post
from handoff.live import Hub
from handoff.neet import internal_routes as neet_internal
from handoff.outbox import Outbox
from handoff.rasa import Rasa
from handoff.records import routes as records_routes
from handoff.records.importing import routes as importing_routes
from handoff.records.importing.worker import Imports
from handoff.registrations import completing_routes, for_them_routes
from handoff.registrations import internal_routes as registrations_internal
from handoff.registrations import listing as registrations_listing
from handoff.registrations import routes as confirmation_routes
from handoff.registrations.lifecycle import Lifecycle
from handoff.registrations.postcode import read_lists
from handoff.retention.nightly import Keeper
from handoff.screening import taken_back
from handoff.screening.editions import routes as screening_routes
from handoff.screening.editions.keeper import EditionKeeper
from handoff.screening.trained import trained_screen
from handoff.security import default_deny, headers_signal
from handoff.settings import Settings, unknown_areas
from handoff.simulator import routes as simulator_routes
from handoff.sms import routes as sms_routes
from handoff.sms.catch_up import CatchUp
from handoff.sms.inbox import Inbox
from handoff.sms.receipts import LostReceipts
from handoff.sms.twilio_client import TwilioClient
from handoff.staff import routes as staff_routes
from handoff.studio import routes as studio_routes
from handoff.studio.links import LinkChecks
from handoff.studio.reminders import Reminders
from handoff.studio.schedule import NoticeMail, Schedule
from handoff.studio.trainings import Trainings
from handoff.suggestions import routes as suggestions_routes
from handoff.switches import routes as switches_routes
from handoff.telling import Tellings
from handoff.turns import Turns
from handoff.webchat import routes as webchat_routes

LARGEST_BODY = 64 * 1024


@dataclass(frozen=True)
class Parts:
    """What both applications of a process share."""

    settings: Settings
    clock: Clock
    db: Database
    hub: Hub
    http: aiohttp.ClientSession
    rules: CaseRules
    content: LiveContent
    rasa: Rasa
    turns: Turns
    twilio: TwilioClient


@contextlib.asynccontextmanager
async def make_parts(settings: Settings, *, opening: bool = False) -> AsyncIterator[Parts]:
    """Open everything, in the order it depends on each other; close it in reverse.

    `opening`: real people will write, so an area that nobody answers for is not opened. BadSettings when the
    default area is none, or is such a one.
    """
    facts = facts_served(settings.default_area)
    faults = (*facts.faults, *unknown_areas(settings, facts.areas))
    keyring.use(settings.keys, settings.index_key)
    clock, db, hub = Clock(settings.now), Database(settings.database_url), Hub()
    rules = CaseRules(load_vocabulary(), facts.areas, settings.default_area, faults=faults)
    if opening:
        rules = await _opened(db, rules, clock)
        facts = replace(facts, areas=rules.areas)
    async with aiohttp.ClientSession() as http:
        rasa = Rasa(http, settings.rasa_urls, settings.rasa_token)
        content = LiveContent(db, hub, clock, facts)
        turns = Turns(db, clock, hub, rules, Asking(db, rasa, rules, content))
        twilio = TwilioClient(http, settings)
        try:
            yield Parts(settings, clock, db, hub, http, rules, content, rasa, turns, twilio)
        finally:
            await db.close()


async def _opened(db: Database, rules: CaseRules, clock: Clock) -> CaseRules:
    try:
        async with db.reading() as session:
            return await open_areas(session, rules, clock.now())
    except Exception:
        await db.close()
        raise


@contextlib.asynccontextmanager
async def at_work(parts: Parts) -> AsyncIterator[None]:
    """Live answers, turns, texts and catching up, for as long as the block lasts."""
    await parts.content.reload()
    await asyncio.to_thread(trained_screen)  # loaded now, so that the first message does not wait for it
    await asyncio.to_thread(taken_back.hear, "ready")
    await asyncio.to_thread(read_lists)
    outbox = Outbox(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio)
    inbox = Inbox(parts.db, parts.clock, parts.hub, parts.rules, parts.settings, parts.turns)
    catch_up = CatchUp(parts.db, parts.clock, inbox, parts.twilio)
    receipts = LostReceipts(parts.db, parts.clock, parts.hub, parts.rules, parts.twilio)
    told = (parts.db, parts.clock, parts.hub, parts.rules, parts.settings)
    editions = EditionKeeper(parts.db, parts.hub)
    jobcentre = Post(*told)
    async with editions.running(), parts.hub.running(parts.db):
        async with background(
            parts.content.keep_fresh,
            editions.keep_fresh,
            parts.turns.sweep_forever,
            Floods(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            Tellings(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            outbox.run_forever,
            catch_up.run_forever,
            receipts.run_forever,
            Schedule(parts.db, parts.clock, parts.hub, parts.rules, parts.content.facts).run_forever,
            NoticeMail(parts.db, parts.clock, parts.settings).run_forever,
            Reminders(parts.db, parts.clock, parts.rules, parts.content.facts).run_forever,
            LinkChecks(parts.db, parts.clock, parts.rules, parts.content.facts, parts.settings).run_forever,
            Trainings(*told[:4], parts.rasa, parts.content, parts.settings).run_forever,
            Alarms(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            Imports(parts.db, parts.clock, parts.rules).run_forever,
            Degraded(parts.db, parts.clock, parts.rules).run_forever,
            FirstContacts(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            LeftOvernight(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            Silences(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            Lifecycle(parts.db, parts.clock, parts.hub, parts.rules).run_forever,
            Keeper(parts.db, parts.clock, parts.rules, parts.rasa).run_forever,
            MailCaller(*told).run_forever,
            TextCaller(*told, parts.twilio).run_forever,
            jobcentre.run_forever,
            jobcentre.look_after_forever,
        ):
            yield
        await parts.turns.stop()


def make_public_app(parts: Parts) -> web.Application:
    """What the world reaches: webchat, webhooks, the console."""
    app = _app(parts)
    for feature in (
        sse,
        webchat_routes,
        sms_routes,
        staff_routes,
        switches_routes,
        cases_routes,
        case_record_routes,
        case_situation_routes,
        console_routes,
        console_record_forms,
        console_safeguarding,
        importing_routes,
        records_routes,
        alerts_routes,
        content_routes,
        studio_routes,
        suggestions_routes,
        screening_routes,
        feedback_routes,
        jobcentre_routes,
        confirmation_routes,
        for_them_routes,
        completing_routes,
        registrations_listing,
        openapi,
        pages,
        health,
    ):
        feature.setup(app)
    if parts.settings.simulated_phone:  # its page signs webhooks with the account's token
        simulator_routes.setup(app)
    app.on_response_prepare.append(headers_signal(parts.settings))
    return app


def make_internal_app(parts: Parts) -> web.Application:
    """What actions may ask, with a bearer token, on loopback only."""
    app = _app(parts)
    for feature in (cases_internal, registrations_internal, neet_internal):
        feature.setup(app)
    health.setup_internal(app)
    return app


def _app(parts: Parts) -> web.Application:
    # Errors outermost, so that a refusal by the access rule has the contract's shape too.
    around = [errors_middleware, default_deny, second_try_middleware]
    app = web.Application(middlewares=around, client_max_size=LARGEST_BODY)
    app[keys.SETTINGS], app[keys.CLOCK], app[keys.DB], app[keys.HUB] = (
        parts.settings,
        parts.clock,
        parts.db,
        parts.hub,
    )
    app[keys.HTTP], app[keys.RULES], app[keys.CONTENT] = parts.http, parts.rules, parts.content
    app[keys.RASA], app[keys.TURNS], app[keys.TEMPLATES] = parts.rasa, parts.turns, pages.make_templates()
    return app
