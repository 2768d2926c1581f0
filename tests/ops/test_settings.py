"""What the processes are told, and what each of them never sees."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ops import demo_secrets, settings
from ops.console import Trouble

OWN_SECRETS = {name: f"own-{name}" for name in demo_secrets.REQUIRED}


def load(tmp_path: Path, dotenv: str = "", **environ: str) -> settings.Settings:
    (tmp_path / ".env").write_text(dotenv)
    return settings.load({"WAYLINE_DATA_DIR": str(tmp_path / "data"), **environ}, tmp_path / ".env")


def test_demo_secrets_are_readable_by_this_user_alone_and_made_once(tmp_path):
    first = load(tmp_path)
    kept = tmp_path / "data/secrets.env"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load(tmp_path).values == first.values
    assert all(first.values[name] for name in demo_secrets.NAMES)


@pytest.mark.parametrize("more", [{}, {"WAYLINE_MODE": "production", **OWN_SECRETS}])
def test_a_data_folder_that_cannot_be_written_is_named_in_one_sentence(tmp_path, more):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble, match=r"WAYLINE_DATA_DIR is .*file/data; nothing can be written there"):
        load(tmp_path, WAYLINE_DATA_DIR=str(tmp_path / "file/data"), **more)


def test_demo_keys_work_and_every_demo_secret_is_recognisable(tmp_path):
    values = load(tmp_path).values
    assert Fernet(values["WAYLINE_KEYS"]).decrypt(Fernet(values["WAYLINE_KEYS"]).encrypt(b"x")) == b"x"
    assert all(demo_secrets.is_demo(values[name]) for name in demo_secrets.REQUIRED)


def test_a_secret_added_later_joins_those_already_made(tmp_path):
    first = load(tmp_path).values
    kept = tmp_path / "data/secrets.env"
    kept.write_text(
        "".join(line for line in kept.read_text().splitlines(True) if not line.startswith("RASA_TOKEN"))
    )
    later = load(tmp_path).values
    assert later["RASA_TOKEN"] != first["RASA_TOKEN"]
    assert later["WAYLINE_KEYS"] == first["WAYLINE_KEYS"]


def test_the_environment_wins_over_dotenv_and_dotenv_over_made_secrets(tmp_path):
    chosen = load(
        tmp_path, "RASA_PORT=6000\nexport RASA_TOKEN='from-file'\nWAYLINE_PORT=\n# x\n", RASA_PORT="7000"
    )
    assert chosen.port("RASA_PORT") == 7000
    assert chosen.values["RASA_TOKEN"] == "from-file"
    assert chosen.port("WAYLINE_PORT") == 8080


def test_production_names_every_missing_secret_in_one_sentence(tmp_path):
    with pytest.raises(Trouble) as refusal:
        load(tmp_path, WAYLINE_MODE="production")
    assert all(name in str(refusal.value) for name in demo_secrets.REQUIRED)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", demo_secrets.REQUIRED)
def test_production_refuses_a_demo_secret_even_among_others(tmp_path, name):
    demo = load(tmp_path).values[name]
    with pytest.raises(Trouble, match=f"demo values: {name}"):
        load(tmp_path, WAYLINE_MODE="production", **{**OWN_SECRETS, name: f"own,{demo}"})


def test_production_starts_on_secrets_of_its_own(tmp_path):
    assert not load(tmp_path, WAYLINE_MODE="production", **OWN_SECRETS).demo


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"WAYLINE_MODE": "prod"}, "WAYLINE_MODE"),
        ({"WAYLINE_RASA_PROCESSES": "many"}, "WAYLINE_RASA_PROCESSES"),
        ({"RASA_PORT": "eighty"}, "RASA_PORT"),
        ({"RASA_PORT": "70000"}, "RASA_PORT"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_setting(tmp_path, given, names):
    with pytest.raises(Trouble, match=names):
        _ = load(tmp_path, **given).rasa_urls


def test_a_line_of_dotenv_that_is_no_setting_is_named(tmp_path):
    with pytest.raises(Trouble, match=r"\.env, line 2"):
        load(tmp_path, "RASA_PORT=6000\nnonsense\n")


def test_rasa_and_the_actions_see_no_secret_they_have_no_use_for(tmp_path):
    chosen = load(tmp_path, DATABASE_URL="postgresql://records", AWS_SECRET="x")
    rasa, actions, training = chosen.for_rasa(5005), chosen.for_actions(), chosen.for_training()
    unseen = {"TWILIO_AUTH_TOKEN", "WAYLINE_INDEX_KEY", "WAYLINE_DEMO_PASSWORD", "DATABASE_URL", "AWS_SECRET"}
    assert not unseen & (rasa.keys() | actions.keys() | training.keys())
    assert "WAYLINE_KEYS" in rasa and "WAYLINE_KEYS" not in actions
    assert "INTERNAL_TOKEN" not in rasa
    assert not set(demo_secrets.NAMES) & training.keys()


def test_handoff_does_not_see_where_rasa_keeps_its_memory(tmp_path):
    assert "TRACKER_DB_URL" not in load(tmp_path, TRACKER_DB_URL="sqlite://").for_handoff()


def test_further_rasa_processes_take_the_next_ports(tmp_path):
    chosen = load(tmp_path, WAYLINE_RASA_PROCESSES="2", RASA_PORT="6000")
    assert chosen.for_handoff()["RASA_URLS"] == "http://127.0.0.1:6000,http://127.0.0.1:6001"
    assert chosen.local_rasa_ports == [6000, 6001]


def test_a_rasa_elsewhere_is_used_but_not_started(tmp_path):
    chosen = load(tmp_path, RASA_URLS="http://127.0.0.1:6000, http://rasa.internal:5005")
    assert chosen.local_rasa_ports == [6000]
    assert chosen.for_handoff()["RASA_URLS"].endswith("rasa.internal:5005")
