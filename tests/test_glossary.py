"""docs/glossary.md tells every word and code of the enums, and nothing that is not there."""

import inspect

import pytest

import settings
from models import enums
from models.enums import LabelEnum

TEXT = (settings.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ENUMS = sorted(
    (
        each
        for _, each in inspect.getmembers(enums, inspect.isclass)
        if issubclass(each, LabelEnum) and each is not LabelEnum
    ),
    key=lambda each: each.__name__,
)


def section(members):
    """The block of one enum as the glossary has it."""
    lines = [f"### {members.__name__}", "", "| code | 中文 |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{member.value}` | {member.label} |" for member in members)])


@pytest.mark.parametrize("members", ENUMS, ids=lambda each: each.__name__)
def test_the_glossary_has_each_code_set_as_the_code_does(members):
    assert section(members) in TEXT, f"docs/glossary.md should hold:\n{section(members)}"


def test_the_glossary_has_no_code_set_that_is_gone():
    named = {line.removeprefix("### ") for line in TEXT.splitlines() if line.startswith("### ")}
    assert named == {each.__name__ for each in ENUMS}


def test_no_two_words_of_one_set_are_the_same():
    for members in ENUMS:
        assert len({member.label for member in members}) == len(members), members
