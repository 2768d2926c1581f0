"""Secure e-mail, against a real mail server: TLS or nothing, and no details that are not sealed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from handoff.jobcentre.options import Mail
from handoff.settings import Settings
from tests.handoff.jobcentre.far_ends import MailServer, keys, mail_server
from tests.handoff.jobcentre.scenes import NAME, POSTCODE, Office

THEIRS = "notices@jobcentre.test"


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    """A mail server whose certificate this machine trusts."""
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(keys().pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with mail_server(tmp_path) as made:
        yield made


def through(office: Office, server: MailServer) -> Office:
    """The council's post by this mail server."""
    smtp: Settings = replace(
        office.parts.settings, smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="w@c.test"
    )
    office.post = office.new_post(settings=smtp)
    return office


async def test_without_a_certificate_the_mail_names_nobody_and_holds_a_link(
    office: Office, server: MailServer
) -> None:
    await office.channel("mail", Mail(THEIRS, ""))
    about = await through(office, server).registered()
    await office.post.drain()
    (mail,) = server.taken
    assert server.secured == [True] and mail["To"] == THEIRS and about.reference in mail["Subject"]
    text = mail.get_content()
    assert re.search(r"http://127\.0\.0\.1:\d+/jobcentre/notices/[0-9a-f]{80}\s", text)
    assert NAME not in str(mail) and POSTCODE not in str(mail)


async def test_with_their_certificate_it_is_sealed_and_says_everything(
    office: Office, server: MailServer
) -> None:
    await office.channel("mail", Mail(THEIRS, keys().pem))
    await through(office, server).registered()
    await office.post.drain()
    (mail,) = server.taken
    assert mail.get_content_type() == "application/pkcs7-mime" and NAME not in str(mail)
    opened = keys().open(mail.get_payload(decode=True)).decode()  # type: ignore[arg-type]
    assert opened.startswith("Content-Type: text/plain; charset=utf-8\r\n")
    assert f"Name: {NAME}" in opened and "/jobcentre/notices/" in opened


async def test_a_server_without_tls_gets_nothing(office: Office, tmp_path: Path) -> None:
    await office.channel("mail", Mail(THEIRS, ""))
    async with mail_server(tmp_path, tls=False) as plain:
        await through(office, plain).registered()
        await office.post.drain()
        (notice,) = await office.notices()
        assert plain.taken == [] and (notice.state, notice.error_code) == ("queued", "not_secure")


async def test_a_certificate_nobody_vouches_for_gets_nothing(office: Office, tmp_path: Path) -> None:
    await office.channel("mail", Mail(THEIRS, ""))
    async with mail_server(tmp_path) as strange:
        await through(office, strange).registered()
        await office.post.drain()
        assert strange.taken == [] and await office.states() == ["registered queued"]


async def test_refused_it_is_tried_again_under_the_same_message_id(
    office: Office, server: MailServer
) -> None:
    await office.channel("mail", Mail(THEIRS, ""))
    server.refuse = "451 later"
    await through(office, server).registered()
    await office.post.drain()
    assert [one.error_code for one in await office.notices()] == ["451"]
    server.refuse = ""
    await office.later(hours=1)
    (notice,) = await office.notices()
    assert [mail["Message-ID"] for mail in server.taken] == [f"<jobcentre-{notice.id}@c.test>"]
    assert notice.state == "sent"


async def test_in_a_demonstration_without_a_mail_server_it_is_a_file(office: Office) -> None:
    await office.channel("mail", Mail(THEIRS, ""))
    await office.registered()
    await office.post.drain()
    assert len(list((office.parts.settings.data_dir / "mail").glob("jobcentre-*.eml"))) == 1
    assert await office.states() == ["registered sent"]
