"""The built-in phone simulator: phones on a page, and a phone network that speaks and signs like Twilio."""
