"""Counts and timings for the internal listener's /metrics; labels are codes, never anyone's data."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("wayline_messages", "Messages taken in", ["channel"])
REFUSED = Counter("wayline_refused", "Inputs answered with an error", ["channel", "code"])
SCREENED = Counter("wayline_screened", "Messages screened", ["level"])
TURNS = Counter("wayline_turns", "Turns done", ["outcome"])
TURN_SECONDS = Histogram("wayline_turn_seconds", "From receipt to stored reply")
RASA_SECONDS = Histogram("wayline_rasa_seconds", "One attempt at asking Rasa")
OUTBOX_OLDEST = Gauge("wayline_outbox_oldest_seconds", "Age of the oldest text still waiting")
GIVEN_UP = Counter("wayline_outbox_given_up", "Texts that could not be sent")
ALERTS = Gauge("wayline_alerts_unacknowledged", "Alerts that nobody has acknowledged")
STUMBLES = Counter("wayline_stumbles", "Pieces of background work that went wrong", ["job"])
SCREENING_FAULTS = Gauge("wayline_screening_faults", "Parts of screening that are not used as approved")
NOTICES = Counter("wayline_alert_notices", "Mails and texts to staff about alerts", ["channel", "outcome"])
JOBCENTRE = Counter("wayline_jobcentre_notices", "Attempts to tell Jobcentre Plus", ["outcome"])
