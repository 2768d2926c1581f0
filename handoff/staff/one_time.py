"""One-time codes (TOTP): which 30-second step a code belongs to, so that none works twice."""

from __future__ import annotations

from datetime import datetime

import pyotp

STEP_SECONDS = 30
ALLOWED_DRIFT = 1  # steps either side: a phone's clock may be half a minute out


def new_secret() -> str:
    return pyotp.random_base32()


def enrolment_address(secret: str, email: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Wayline")


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step whose code this is, if it is near now and later than the last one used; else None."""
    typed = "".join(code.split())
    here = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(here - ALLOWED_DRIFT, here + ALLOWED_DRIFT + 1):
        if step > last_step and pyotp.utils.strings_equal(typed, totp.at(step * STEP_SECONDS)):
            return step
    return None
