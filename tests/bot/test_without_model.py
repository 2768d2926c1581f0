"""Rasa that has no model yet, or no token, over real processes."""

import pytest

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
