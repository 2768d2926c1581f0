"""How Rasa starts: without a model, a token or keys, and with Redis; over real processes."""

import asyncio
import signal

import pytest

from bot.turn import redis_locks
from tests.bot.servers import PATIENCE, TOKEN, Conversation, RasaServer


def test_without_a_model_every_route_says_so_until_one_is_loaded(tmp_path, keys, small_model):
    environment = {"WAYLINE_KEYS": keys, "WAYLINE_DATA_DIR": str(tmp_path)}
    server = RasaServer(tmp_path / "rasa.log", environment=environment)
    server.start(None)
    try:
        talk = Conversation(server)
        assert talk.say("hello")[0] == 503
        status, answer = server.ask("GET", "/webhooks/wayline/ready")
        assert status == 503 and answer["error"]["code"] == "no_model"
        swap_in(server, small_model)
        assert talk.hear("hello")[0]["text"] == "Hello there"
        swap_in(server, small_model)
        talk.hear("bye")
        assert talk.texts() == ["hello", "bye"]
    finally:
        server.stop()


def swap_in(server, model):
    """PUT /model, as a release does."""
    status, answer = server.ask("PUT", f"/model?token={TOKEN}", {"model_file": str(model)})
    assert status == 204, answer


@pytest.mark.parametrize("missing", ["RASA_TOKEN", "WAYLINE_KEYS"])
def test_without_a_token_or_keys_it_does_not_start(tmp_path, keys, missing):
    environment = {"WAYLINE_KEYS": keys, "WAYLINE_DATA_DIR": str(tmp_path), missing: ""}
    server = RasaServer(tmp_path / "rasa.log", environment=environment)
    server.launch(None)
    assert server.child.wait(PATIENCE) != 0
    assert f"{missing} is not set" in server.log.read_text()


def test_it_gives_its_connections_back_when_it_ends(tmp_path, keys, small_model, action_server):
    environment = {"WAYLINE_KEYS": keys, "WAYLINE_DATA_DIR": str(tmp_path)}
    server = RasaServer(
        tmp_path / "rasa.log", environment=environment | {"ACTIONS_PORT": str(action_server.port)}
    )
    server.start(small_model)
    Conversation(server).hear("can I talk to a person")
    server.stop(signal.SIGTERM)
    assert "Unclosed" not in server.log.read_text()


@pytest.mark.redis
async def test_redis_keeps_the_locks_when_it_is_configured(monkeypatch, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    locks = redis_locks()
    async with locks.lock("conversation:0"):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(enter(redis_locks(), "conversation:0"), 0.1)
    await enter(redis_locks(), "conversation:0")


async def enter(locks, conversation):
    """Take the lock and give it back."""
    async with locks.lock(conversation, wait_time_in_seconds=0.01):
        return
