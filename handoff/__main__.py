"""`python -m handoff COMMAND`: serve (the service), migrate (schema, shipped answers, demo people)."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from aiohttp import web

from handoff.app import Parts, at_work, make_internal_app, make_parts, make_public_app
from handoff.content.service import seed_once
from handoff.migrate import migrate
from handoff.settings import BadSettings, Settings
from handoff.staff.demo import ensure_demo_staff

log = logging.getLogger("handoff")


def main() -> int:
    """Run a command; bad settings are named, one sentence each, with exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m handoff", description=__doc__)
    parser.add_argument("command", choices=["serve", "migrate"])
    command = parser.parse_args().command
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env()
    except BadSettings as bad:
        print("\n".join(f"{fault}." for fault in bad.faults), file=sys.stderr)
        return 2
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(settings) if command == "serve" else prepare(settings))
    return 0


async def prepare(settings: Settings) -> None:
    """Bring the database to the newest schema and plant what an empty one needs; safe to repeat."""
    async with make_parts(settings) as parts:
        await migrate(parts.db)
        await seed_once(parts.db, parts.clock.now())
        if settings.demo:
            await ensure_demo_staff(parts.db, parts.clock.now(), settings.demo_password)


async def serve(settings: Settings) -> None:
    """Serve both listeners until SIGTERM or Ctrl-C; what is under way ends or waits for the next start."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with make_parts(settings) as parts, at_work(parts):
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


if __name__ == "__main__":
    sys.exit(main())
