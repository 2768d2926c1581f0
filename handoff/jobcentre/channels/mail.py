"""Secure e-mail: TLS to the mail server always, and no details outside S/MIME.

With their certificate the mail holds the whole notice, sealed; without one only a link, which names nobody. A
mail that may have gone before is sent again under the same Message-ID, which programs show once.
"""

from __future__ import annotations

from handoff.jobcentre.channels.sending import NotSent, Sending, Sent
from handoff.jobcentre.options import Mail
from handoff.jobcentre.sealing import BadCertificate, seal
from handoff.mail import Mailer, MailTrouble

_NO_TLS = ("SMTPException", "SSLCertVerificationError")  # the first is how the library says: no STARTTLS


async def send(options: Mail, sending: Sending, mailer: Mailer) -> Sent:
    """Mail it. NotSent."""
    words = sending.words
    subject = f"{words.area.name} Council: {words.reference}"
    message = mailer.message(options.address, subject, f"jobcentre-{sending.key}", sending.now)
    if options.certificate:
        message.set_content(
            _sealed(options.certificate, sending),
            maintype="application",
            subtype="pkcs7-mime",
            filename="smime.p7m",
            params={"smime-type": "enveloped-data", "name": "smime.p7m"},
        )
    else:
        message.set_content(words.as_pointer(sending.link))
    try:
        await mailer.post(message, f"jobcentre-{sending.key}", always_tls=True)
    except MailTrouble as trouble:
        code = "not_secure" if trouble.code in _NO_TLS else trouble.code
        raise NotSent(code, certain=not trouble.unsure) from None
    return Sent()


def _sealed(certificate: str, sending: Sending) -> bytes:
    """The notice as a MIME part of its own, sealed."""
    text = sending.words.as_text(sending.link).replace("\n", "\r\n")
    part = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
    try:
        return seal(part.encode(), certificate, sending.now)
    except BadCertificate:
        raise NotSent("certificate", certain=True) from None
