"""the life of a case: clocks, review, documents and messages, applications"""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _clocks() -> None:
    """Suspensions, extensions, what moved."""


def _review() -> None:
    """Verdicts on materials, corrections, trust."""


def _papers() -> None:
    """Numbered documents, templates, messages."""


def _applications() -> None:
    """Forms and their versions, drafts."""


def upgrade() -> None:
    _clocks()
    _review()
    _papers()
    _applications()


def downgrade() -> None:
    """Tables in the opposite order."""
