"""The first account of a real installation comes from the command line, complete with its one-time codes."""

from __future__ import annotations

import argparse
import re

import pyotp
import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.errors import Conflict, Unprocessable
from handoff.staff.enrol import enrol


def asked(**over: object) -> argparse.Namespace:
    given = {"email": "First@Council.example", "name": "First Person", "phone": ""}
    given |= {"role": ["admin"], "area": ["all"]}
    return argparse.Namespace(**{**given, **over})


async def add(parts: Parts, **over: object) -> str:
    rules = parts.rules
    return await enrol(parts.db, parts.clock.now(), rules.vocabulary, rules.areas, asked(**over))


async def test_what_it_prints_signs_the_person_in(client: TestClient, parts: Parts) -> None:
    told = await add(parts)
    password = re.search(r"shown once\): (\S+)", told)
    secret = re.search(r"secret=(\w+)", told)
    assert password and secret
    code = pyotp.TOTP(secret[1]).at(parts.clock.now())
    body = {"email": "first@council.example", "password": password[1], "code": code}
    assert (await client.post("/api/staff/session", json=body)).status == 200


async def test_an_address_gets_one_account(parts: Parts) -> None:
    await add(parts)
    with pytest.raises(Conflict):
        await add(parts)


@pytest.mark.parametrize(("field", "value"), [("role", "wizard"), ("area", "atlantis")])
async def test_an_unknown_role_or_area_is_named(parts: Parts, field: str, value: str) -> None:
    with pytest.raises(Unprocessable, match="unknown") as refused:
        await add(parts, **{field: [value]})
    assert value in refused.value.message
