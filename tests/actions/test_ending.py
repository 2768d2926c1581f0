"""The action server as it is started for real gives its connections back when it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.actions.conftest import CONVERSATION
from tests.actions.stub_handoff import TOKEN, StubHandoff
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START, PAUSE = 60.0, 0.1
MESSAGE = {
    "text": "an adviser please",
    "intent": {"name": "talk_to_person", "confidence": 0.9},
    "entities": [],
    "metadata": {"message_id": "m1", "context": {}},
}
CALL = {
    "next_action": "action_request_person",
    "sender_id": CONVERSATION,
    "tracker": {"sender_id": CONVERSATION, "slots": {}, "latest_message": MESSAGE, "events": []},
    "domain": {},
}


async def test_the_action_server_leaves_no_connection_behind(tmp_path: Path) -> None:
    log, port = tmp_path / "actions.log", free_port()
    served = StubHandoff()
    async with served.serving() as handoff_port:
        environment = {**os.environ, "SANIC_HOST": "127.0.0.1", "INTERNAL_TOKEN": TOKEN}
        environment |= {"INTERNAL_PORT": str(handoff_port)}
        command = ["-m", "ops.serve_bot", "rasa_sdk", "--actions", "actions", "-p", str(port)]
        with log.open("wb") as output:
            server = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        await _asked(port)
        server.send_signal(signal.SIGTERM)
        await server.wait()
    assert served.asked("/internal/cases") and "Unclosed" not in log.read_text()


async def _asked(port: int) -> None:
    """Ask for a person, as soon as the server listens."""
    deadline = asyncio.get_running_loop().time() + LONGEST_START
    async with aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.post(f"http://127.0.0.1:{port}/webhook", json=CALL) as answer:
                    assert answer.status == 200, await answer.text()
                    return
            except aiohttp.ClientConnectionError:
                assert asyncio.get_running_loop().time() < deadline, "the action server did not start"
                await asyncio.sleep(PAUSE)
