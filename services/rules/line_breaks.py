"""Where a Chinese line may end: no punctuation begins a line that may not, no number is cut (GB/T 15834)."""

import re
from collections.abc import Callable, Iterator

NOT_FIRST = frozenset("，。、；：？！）》」』】〕％%,.;:?!)]}”’")
NOT_LAST = frozenset("（《「『【〔([{“‘")
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]*(?:[^\S\n]+(?=[0-9A-Za-z]))?|.", re.DOTALL)


def lines(text: str, room: float, width_of: Callable[[str], float]) -> Iterator[str]:
    """The text in lines that take at most `room` by `width_of`, in whatever unit both use."""
    for paragraph in text.split("\n"):
        line = ""
        for word in _WORD.findall(paragraph):
            if line.strip() and width_of(line + word) > room:
                taken = _carried(line, word)
                yield line[: len(line) - taken]
                line = line[len(line) - taken :]
            line += word
        yield line


def _carried(line: str, word: str) -> int:
    """How many of the line's last characters go to the next line with the word."""
    taken = 0
    while word[0] in NOT_FIRST or (taken < len(line) and line[len(line) - taken - 1] in NOT_LAST):
        if len(line) - taken <= 1:
            return 0
        taken += 1
        word = line[len(line) - taken :]
    return taken
