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
    while _must_carry(line[: len(line) - taken], word):
        if len(line) - taken <= 1:
            return 0
        taken += 1
        word = line[len(line) - taken :]
    return taken


def _must_carry(line: str, word: str) -> bool:
    """Whether the line may not end there, or the word may not begin one; a number that was begun is carried whole."""
    is_cut = bool(line) and (line[-1] + word[0]).isascii() and line[-1].isalnum() and word[0].isalnum()
    return word[0] in NOT_FIRST or line[-1:] in NOT_LAST or is_cut
