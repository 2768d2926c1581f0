"""Twilio's two webhooks: a text came in; what became of a text we sent.

Both answer 200 with empty TwiML whatever the text holds, repeats included: a fault of ours is no reason
for Twilio to think that the text did not arrive.
"""

from __future__ import annotations

from aiohttp import web
from multidict import MultiDict

from handoff import callout, keys
from handoff.live import CONSOLE, conversation_topic
from handoff.security import access
from handoff.sms.delivery import Receipt, is_news, take_receipt
from handoff.sms.inbox import Inbox
from handoff.sms.signature import FORM, twilio_signed
from handoff.sms.twilio_client import Inbound

INBOX = web.AppKey("sms_inbox", Inbox)
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@access(twilio_signed)
async def text_arrived(request: web.Request) -> web.Response:
    """POST /webhooks/twilio/sms: stored when this is answered; the reply goes out by itself."""
    await request.app[INBOX].take_in(inbound(request[FORM]))
    return _twiml()


@access(twilio_signed)
async def status_changed(request: web.Request) -> web.Response:
    """POST /webhooks/twilio/status: a receipt for a text of ours."""
    form, app = request[FORM], request.app
    receipt = Receipt(
        sid=_first(form, "MessageSid", "SmsSid"),
        reference=request.query.get("text", ""),
        status=_first(form, "MessageStatus", "SmsStatus"),
        code=form.get("ErrorCode", ""),
    )
    async with app[keys.DB].reading() as session:
        news = await is_news(session, receipt)
    if not news:
        await _of_an_alert(request, receipt)
        return _twiml()
    async with app[keys.DB].transaction() as session:
        changed = await take_receipt(session, app[keys.RULES], app[keys.CLOCK].now(), receipt)
    if changed:
        app[keys.HUB].notify(conversation_topic(changed), *([CONSOLE] if receipt.bad else []))
    return _twiml()


async def _of_an_alert(request: web.Request, receipt: Receipt) -> None:
    """A text to staff belongs to no conversation: its receipt goes to the alert it was about."""
    async with request.app[keys.DB].reading() as session:
        if await callout.notice_of(session, receipt.sid, receipt.reference) is None:
            return
    now = request.app[keys.CLOCK].now()
    async with request.app[keys.DB].transaction() as session:
        await callout.take_receipt(session, now, receipt.sid, receipt.reference, receipt.state, receipt.code)
    request.app[keys.HUB].notify(CONSOLE)


def inbound(form: MultiDict[str]) -> Inbound:
    """The text in Twilio's form fields."""
    media = form.get("NumMedia", "0")
    return Inbound(
        sid=_first(form, "MessageSid", "SmsMessageSid", "SmsSid"),
        phone=form.get("From", ""),
        our_number=form.get("To", ""),
        body=form.get("Body", ""),
        media=int(media) if media.isdecimal() else int("MediaUrl0" in form),
    )


def _first(form: MultiDict[str], *names: str) -> str:
    """The first of these fields that says anything (Twilio has kept its older names)."""
    return next((value for name in names if (value := form.get(name, ""))), "")


def _twiml() -> web.Response:
    return web.Response(text=_EMPTY, content_type="text/xml")


def setup(app: web.Application) -> None:
    """Add the webhooks."""
    app[INBOX] = Inbox(
        app[keys.DB], app[keys.CLOCK], app[keys.HUB], app[keys.RULES], app[keys.SETTINGS], app[keys.TURNS]
    )
    app.router.add_post("/webhooks/twilio/sms", text_arrived)
    app.router.add_post("/webhooks/twilio/status", status_changed)
