"""Why what an answer says may be different elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("differs", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("revision", "differs")
