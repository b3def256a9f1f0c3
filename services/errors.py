"""Refusals: each carries a Chinese message fit to show to the person who asked."""


class DomainError(Exception):
    """A request that the rules refuse. `str(error)` is shown to the user as it stands."""

    @property
    def message(self) -> str:
        return str(self)


class NotFound(DomainError):
    """The record does not exist, or lies outside the asker's scope: both read the same."""


class NotAllowed(DomainError):
    """The asker lacks the permission."""


class WrongState(DomainError):
    """The step is not possible from the record's present state."""


class Invalid(DomainError):
    """What was typed breaks a rule. `fields` maps a field's name to its own message."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Conflict(DomainError):
    """Somebody else changed the record first."""


class CalendarMissing(DomainError):
    """No working calendar covers the date."""
