"""Secrets for the demonstration, made once and kept in the data folder for this user alone.
Each carries a mark in its first letters, so that production can refuse one wherever it was copied to."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

MARKS = ("demo", "ZGVtb", "AC00000000")
_WORDS = (
    "amber anchor apple badger bamboo basket beacon berry bicycle biscuit bramble bridge butter button "
    "cactus candle canoe canyon carrot castle cedar cherry clover cobalt comet copper coral cricket "
    "daisy dolphin ember falcon fern fiddle forest garden ginger harbour hazel heron honey island ivory "
    "jigsaw juniper kettle lantern lemon magnet maple meadow melon mint mosaic nectar oak orange orchid "
    "otter paddle pebble pepper piano pine planet pocket poppy puzzle quartz rabbit ribbon river robin "
    "rocket saddle saffron silver sparrow spruce summer sunset teapot thimble thistle tiger tulip "
    "velvet violet walnut willow window"
).split()


def _key() -> str:
    """A Fernet key; its mark takes 24 of the 256 bits."""
    return base64.urlsafe_b64encode(b"demo" + secrets.token_bytes(28)).decode()


def _token() -> str:
    return "demo-" + secrets.token_urlsafe(24)


def _account() -> str:
    return "AC00000000" + secrets.token_hex(12)


def _password() -> str:
    return "-".join([*(secrets.choice(_WORDS) for _ in range(3)), f"{secrets.randbelow(90) + 10}"])


_MAKERS: dict[str, Callable[[], str]] = {
    "WAYLINE_KEYS": _key,
    "WAYLINE_INDEX_KEY": _key,
    "RASA_TOKEN": _token,
    "INTERNAL_TOKEN": _token,
    "TWILIO_ACCOUNT_SID": _account,
    "TWILIO_AUTH_TOKEN": _token,
    "WAYLINE_DEMO_PASSWORD": _password,
}
NAMES = tuple(_MAKERS)
REQUIRED = tuple(name for name in NAMES if name != "WAYLINE_DEMO_PASSWORD")


def is_demo(value: str) -> bool:
    """Whether any secret of a comma-separated list was made for the demonstration."""
    return any(item.strip().startswith(MARKS) for item in value.split(","))


def load_or_make(path: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The demo secrets of this data folder, made now (file mode 600) where neither kept nor given."""
    kept = dict(line.split("=", 1) for line in path.read_text().split()) if path.is_file() else {}
    made = {name: make() for name, make in _MAKERS.items() if name not in kept and not given.get(name)}
    if made:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(path, {**kept, **made})
    return {**kept, **made}


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    unfinished.replace(path)
