"""Whether texts go to the built-in phone simulator: only then is it served, and offered to play with."""

from __future__ import annotations


def is_simulated(twilio: str, public: str, port: int) -> bool:
    """`twilio`: where its REST API is asked for; `public` and `port`: where the service itself is."""
    ours = (public.rstrip("/"), f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    return twilio.rstrip("/") in {f"{base}/phone/twilio" for base in ours}
