"""What the person is told when an adviser comes, goes, or the assistant takes over again."""

from __future__ import annotations

HANDED_BACK = "You're back with the computer assistant. If you want a person again, just say so."


def joined(first_name: str) -> str:
    return f"{first_name} has joined. You're talking to a real person now."


def passed_on(first_name: str) -> str:
    return f"{first_name} has left. Another adviser will join you. Everything you wrote is kept for them."


def finished_for_today(first_name: str, opening: str) -> str:
    kept = "What you wrote is kept, and an adviser will carry on from"
    return f"{first_name} has finished for today. {kept} {opening}."


def ended(first_name: str) -> str:
    return f"{first_name} has ended this chat. You can write again any time."
