"""Enumerations that carry their Chinese label."""

from enum import StrEnum
from typing import Self


class LabelEnum(StrEnum):
    """A code stored by value, with the official Chinese word shown to users.

    Members are written `NAME = "value", "标签"`.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Value to Chinese label, in declaration order."""
        return {member.value: member.label for member in cls}

    @classmethod
    def of_label(cls, label: str) -> Self | None:
        """The member whose Chinese label is `label`, or None."""
        return next((member for member in cls if member.label == label), None)
