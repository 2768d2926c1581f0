"""`python -m handoff COMMAND`: serve; migrate (schema, answers, demo people); add-staff; verify-audit;
trace-answer (which revision said it);
check-content (what a build refuses in answers and their facts); export-content and import-content (all
answers as files of YAML, out and in again as drafts); seal-screening (approve the shipped phrases
and fixed messages as they are now, or --check that nothing changed since); retention, export-person,
erase-person and hold-person (docs/operators.md).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from handoff import audit, logs
from handoff.alerts.demo import ensure_demo_rota
from handoff.app import Parts, at_work, make_internal_app, make_parts, make_public_app
from handoff.content import build, tracing
from handoff.content import commands as content_commands
from handoff.content.entries import ContentFaults
from handoff.content.reading import plain_words
from handoff.content.service import seed_once
from handoff.errors import Conflict, Refusal
from handoff.keeping import load_policy
from handoff.migrate import migrate
from handoff.registrations.benefits import load_benefits
from handoff.registrations.periods import load_terms
from handoff.retention import commands as keeping_commands
from handoff.retention.nightly import Keeper
from handoff.screening import seal
from handoff.screening.editions.shipping import ship_editions
from handoff.settings import BadSettings, Settings
from handoff.staff.demo import ensure_demo_staff
from handoff.staff.enrol import add_arguments, enrol

log = logging.getLogger("handoff")


def main() -> int:
    """Run a command; bad settings are named, one sentence each, with exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m handoff", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve")
    commands.add_parser("migrate")
    add_arguments(commands.add_parser("add-staff"))
    commands.add_parser("verify-audit")
    tracing.add_arguments(commands.add_parser("trace-answer"))
    build.add_arguments(commands.add_parser("check-content"))
    content_commands.add_arguments(commands)
    seal.add_arguments(commands.add_parser("seal-screening"))
    keeping_commands.add_arguments(commands)
    asked = parser.parse_args()
    if asked.command == "check-content":  # needs no settings: a build has none
        return build.check_content(asked, load_benefits, load_terms, load_policy, plain_words)
    if asked.command == "seal-screening":
        return seal.seal_screening(asked)
    logs.set_up()
    try:
        settings = Settings.from_env()
        _make_folder(settings.data_dir)
        asyncio.run(_COMMANDS[asked.command](settings, asked))
    except BadSettings as bad:
        print("\n".join(f"{fault}." for fault in bad.faults), file=sys.stderr)
        return 2
    except ContentFaults as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    return 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSettings([f"WAYLINE_DATA_DIR: {folder} cannot be made ({error.strerror})"]) from None


async def prepare(settings: Settings, asked: argparse.Namespace | None = None) -> None:
    """Bring the database to the newest schema and plant what an empty one needs; safe to repeat."""
    async with make_parts(settings) as parts:
        await migrate(parts.db)
        facts = parts.content.facts.as_in(settings.default_area)
        await seed_once(parts.db, parts.clock.now(), facts=facts)
        await ship_editions(parts.db, parts.clock.now())
        if settings.demo:
            await ensure_demo_staff(parts.db, parts.clock.now(), settings.demo_password, parts.rules.areas)
            await ensure_demo_rota(parts.db, parts.clock.now(), parts.rules.areas)


async def serve(settings: Settings, asked: argparse.Namespace | None = None) -> None:
    """Serve both listeners until SIGTERM or Ctrl-C; what is under way ends or waits for the next start."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with make_parts(settings, opening=not settings.demo) as parts:
        for fault in parts.rules.faults:
            log.error("an area is not served as it should be: %s", fault)
        async with at_work(parts):
            runners = await _listen(parts)
            log.info(
                "serving port=%d internal_port=%d pid=%d", settings.port, settings.internal_port, os.getpid()
            )
            await stopped.wait()
            for runner in runners:
                await runner.cleanup()


async def _listen(parts: Parts) -> list[web.AppRunner]:
    public = web.AppRunner(make_public_app(parts), access_log=None, shutdown_timeout=2)
    internal = web.AppRunner(make_internal_app(parts), access_log=None, shutdown_timeout=2)
    await public.setup()
    await internal.setup()
    await web.TCPSite(public, parts.settings.host, parts.settings.port).start()
    await web.TCPSite(internal, "127.0.0.1", parts.settings.internal_port).start()
    return [public, internal]


async def add_staff(settings: Settings, asked: argparse.Namespace) -> None:
    """Add a member of staff and print, once, what to hand over."""
    async with make_parts(settings) as parts:
        rules = parts.rules
        print(await enrol(parts.db, parts.clock.now(), rules.vocabulary, rules.areas, asked))


async def export_content(settings: Settings, asked: argparse.Namespace) -> None:
    """Write what is live into a folder, as files of data/content."""
    async with make_parts(settings) as parts:
        print(await content_commands.export(parts.db, asked.folder))


async def import_content(settings: Settings, asked: argparse.Namespace) -> None:
    """Bring a folder's answers in as drafts, or only say what would change."""
    async with make_parts(settings) as parts:
        facts, rules = parts.content.facts, parts.rules
        print(await content_commands.bring(parts.db, parts.clock.now(), rules.vocabulary, facts, asked))


async def verify_audit(settings: Settings, asked: argparse.Namespace | None = None) -> None:
    """Walk the audit's chain; Conflict names the first entry that does not fit."""
    async with make_parts(settings) as parts, parts.db.reading() as session:
        broken = await audit.verify(session)
    if broken is not None:
        raise Conflict("audit_broken", f"The audit does not fit from entry {broken} on.")
    print("The audit is whole.")


async def retention(settings: Settings, asked: argparse.Namespace) -> None:
    """Remove what has been kept long enough, or count it."""
    async with make_parts(settings) as parts:
        keeper = Keeper(parts.db, parts.clock, parts.rules, parts.rasa)
        print(await keeping_commands.retention(keeper, asked))


async def export_person(settings: Settings, asked: argparse.Namespace) -> None:
    """Write everything held about one person to a file."""
    async with make_parts(settings) as parts:
        print(await keeping_commands.export_person(parts.db, parts.clock, asked))


async def erase_person(settings: Settings, asked: argparse.Namespace) -> None:
    """Erase one person, but for what must be kept."""
    async with make_parts(settings) as parts:
        print(await keeping_commands.erase_person(parts.db, parts.clock, parts.rasa, asked))


async def hold_person(settings: Settings, asked: argparse.Namespace) -> None:
    """Keep everything about one person until the hold is lifted."""
    async with make_parts(settings) as parts:
        print(await keeping_commands.hold_person(parts.db, parts.clock, asked))


async def trace_answer(settings: Settings, asked: argparse.Namespace) -> None:
    """Say which revision and release an answer in a conversation came from."""
    async with make_parts(settings) as parts, parts.db.reading() as session:
        print(await tracing.trace(session, asked.conversation, asked.seq))


_COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "serve": serve,
    "migrate": prepare,
    "add-staff": add_staff,
    "verify-audit": verify_audit,
    "trace-answer": trace_answer,
    "retention": retention,
    "export-person": export_person,
    "erase-person": erase_person,
    "hold-person": hold_person,
    "export-content": export_content,
    "import-content": import_content,
}

if __name__ == "__main__":
    sys.exit(main())
