"""What follows when somebody may not be safe: alerts and who is on call, phrase editions, referrals, switches."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function a part of the service."""


def downgrade() -> None:
    """In the opposite order."""
