"""Settings are read once and checked together: each fault is a sentence, secrets never show."""

from __future__ import annotations

import pytest

from handoff.settings import BadSettings, Limits, Settings

SECRETS = {
    "TWILIO_ACCOUNT_SID": "AC5f",
    "TWILIO_AUTH_TOKEN": "new,old",
    "WAYLINE_KEYS": "k1,k2",
    "WAYLINE_INDEX_KEY": "i",
    "RASA_TOKEN": "r",
    "INTERNAL_TOKEN": "t",
}
MAIL = {"SMTP_URL": "smtps://line:p%40ss@mail.example:465", "MAIL_FROM": "alerts@wayline.example"}
OURS, DRAMA = "+447480123456", "+447700900000"
PRODUCTION = {**SECRETS, **MAIL, "WAYLINE_MODE": "production", "TWILIO_NUMBER": OURS}


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.from_env({"WAYLINE_MODE": "trial", "WAYLINE_PORT": "http", "TWILIO_NUMBERS": "camden"})
    text = " ".join(bad.value.faults)
    for name in ("WAYLINE_MODE", "WAYLINE_PORT", "TWILIO_NUMBERS", *SECRETS):
        assert name in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RASA_TOKEN", "demo-abc"),
        ("WAYLINE_KEYS", "own-key,ZGVtbabcdef"),
        ("TWILIO_ACCOUNT_SID", "AC00000000ff"),
    ],
)
def test_production_refuses_a_demo_secret_wherever_it_stands(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env({**SECRETS, "WAYLINE_MODE": "production", name: value})


@pytest.mark.parametrize("name", ["PUBLIC_BASE_URL", "RASA_URLS", "TWILIO_API_BASE", "EXIT_URL"])
@pytest.mark.parametrize(
    "value", ["wayline.example", "ftp://x.example", "https://", "javascript:alert(1)", "http://a b"]
)
def test_an_address_that_is_none_is_named_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.from_env({**SECRETS, name: value})
    (fault,) = bad.value.faults
    assert fault.startswith(f"{name} must be a web address")


def test_an_address_loses_the_slash_at_its_end() -> None:
    found = Settings.from_env({**SECRETS, "PUBLIC_BASE_URL": "https://wayline.example/"})
    assert found.public_base_url == "https://wayline.example"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    told = {"WAYLINE_DEMO_PASSWORD": "plum-otter", "DATABASE_URL": "postgresql://wayline:heron-7@db/wayline"}
    shown = repr(Settings.from_env({**SECRETS, **MAIL, **told}))
    for secret in ("new", "k1", "plum-otter", "heron-7", "p%40ss"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("sqlite:////data/w.db", "sqlite+aiosqlite:////data/w.db"),
    ],
)
def test_a_database_address_needs_no_driver_name(given: str, used: str) -> None:
    assert Settings.from_env({**SECRETS, "DATABASE_URL": given}).database_url == used


def test_the_clock_can_be_moved_in_demo_only() -> None:
    told = {**SECRETS, "WAYLINE_NOW": "2027-04-01T09:00:00"}
    assert Settings.from_env(told).now is not None
    assert Settings.from_env({**told, **PRODUCTION}).now is None


@pytest.mark.parametrize("name", MAIL)
def test_production_needs_a_way_to_mail_alerts(name: str) -> None:
    with pytest.raises(BadSettings, match=f"{name} is not set"):
        Settings.from_env({**PRODUCTION, name: ""})


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ({"TWILIO_NUMBER": ""}, "TWILIO_NUMBER is not set"),
        (
            {"TWILIO_NUMBER": DRAMA},
            f"TWILIO_NUMBER: {DRAMA} is a number for drama; set one of your Twilio account",
        ),
        (
            {"TWILIO_NUMBERS": f"{OURS}=camden,{DRAMA}=lambeth"},
            f"TWILIO_NUMBERS: {DRAMA} is a number for drama; set one of your Twilio account",
        ),
    ],
)
def test_production_refuses_a_number_that_twilio_sends_nothing_from(
    numbers: dict[str, str], fault: str
) -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.from_env({**PRODUCTION, **numbers})
    assert bad.value.faults == [fault]
    stand_in = {"TWILIO_API_BASE": "http://127.0.0.1:8090/phone/twilio"}
    assert Settings.from_env({**PRODUCTION, **numbers, **stand_in}).twilio_number in (OURS, DRAMA)


def test_in_production_the_first_of_several_numbers_stands_in_for_one_that_is_not_set() -> None:
    told = {**PRODUCTION, "TWILIO_NUMBER": "", "TWILIO_NUMBERS": f"{OURS}=camden,+447480123457=lambeth"}
    assert Settings.from_env(told).twilio_number == OURS


@pytest.mark.parametrize("given", [{}, {"TWILIO_NUMBER": ""}, {"TWILIO_NUMBERS": f"{OURS}=camden"}])
def test_a_demonstration_has_a_number_for_drama(given: dict[str, str]) -> None:
    assert Settings.from_env({**SECRETS, **given}).twilio_number == DRAMA


@pytest.mark.parametrize(
    ("name", "value"), [("SMTP_URL", "mail.example:25"), ("SMTP_URL", "smtp://"), ("MAIL_FROM", "wayline")]
)
def test_a_way_to_mail_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env({**SECRETS, name: value})


def test_the_public_address_follows_the_port() -> None:
    settings = Settings.from_env({**SECRETS, "WAYLINE_PORT": "9000"})
    assert settings.public_base_url == "http://127.0.0.1:9000"
    assert settings.twilio_api_base == "http://127.0.0.1:9000/phone/twilio"


def test_a_demonstration_s_limits_leave_room_above_what_is_promised() -> None:
    limits = Limits()
    assert limits.chats_per_address_minute >= 2 * 50 * 60 and limits.chat_messages_per_second >= 2 * 10
    assert limits.sign_ins_per_address_second >= 2 * 20 and limits.texts_per_number_second >= 2 * 50
