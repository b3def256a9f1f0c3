"""How data goes wrong between two offices: codes mistyped, reformatted or left out, names and addresses written otherwise."""

import random
from dataclasses import dataclass

from services.rules.matching.keys import USCC
from services.rules.matching.traditional import SIMPLIFIED, TRADITIONAL

_TO_TRADITIONAL = dict(zip(reversed(SIMPLIFIED), reversed(TRADITIONAL), strict=True))
_HOMOPHONES = [
    "鑫新欣馨",
    "达大",
    "盛胜圣",
    "恒衡横",
    "宏弘鸿洪",
    "华桦",
    "兴星",
    "嘉佳家加",
    "信鑫",
    "创窗",
    "智志致",
    "川穿",
    "荣容",
    "丰峰风",
    "源元原园",
]
_FULL_WIDTH = {code: code + 0xFEE0 for code in (*range(ord("0"), ord("9") + 1), *range(ord("A"), ord("Z") + 1))}
_MISREAD = {"1": "I", "0": "O", "5": "S", "2": "Z"}


@dataclass(frozen=True)
class Shares:
    """What befalls a party on its way into the tax register."""

    missing: float = 0.013
    code_reformatted: float = 0.04
    code_mistyped: float = 0.05
    code_old: float = 0.03
    code_absent: float = 0.02
    name_varied: float = 0.3
    address_varied: float = 0.5
    owner_absent: float = 0.4
    stranger: float = 0.02  # taxpayers that no business register knows
    look_alike: float = 0.01  # strangers that resemble a business: a branch, the same owner's other shop


def reformatted(code: str, rng: random.Random) -> str:
    match rng.randrange(5):
        case 0:
            return code.lower()
        case 1:
            return f"{code[:6]} {code[6:14]} {code[14:]}"
        case 2:
            return code.translate(_FULL_WIDTH)
        case 3:
            return f"{code[:-1]}-{code[-1]}"
        case _:
            place = rng.choice([i for i, char in enumerate(code) if char in _MISREAD] or [0])
            return code[:place] + _MISREAD.get(code[place], code[place]) + code[place + 1 :]


def mistyped(code: str, rng: random.Random) -> str:
    """One character wrong, or two neighbours swapped; never the same code."""
    if rng.random() < 0.3:
        places = [i for i in range(len(code) - 1) if code[i] != code[i + 1]]
        place = rng.choice(places)
        return code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    place = rng.randrange(len(code))
    return code[:place] + rng.choice([char for char in USCC if char != code[place]]) + code[place + 1 :]


def varied_name(name: str, rng: random.Random) -> str:
    match rng.randrange(8):
        case 0:
            return (
                name.replace("有限公司", "有限责任公司")
                if "有限公司" in name
                else name.replace("有限责任公司", "有限公司")
            )
        case 1:
            return "".join(_TO_TRADITIONAL.get(char, char) for char in name)
        case 2:
            return name.removeprefix("四川省").removeprefix("四川").removeprefix("成都市").removeprefix("成都")
        case 3:
            return f"成都市{name}" if not name.startswith(("成都", "四川")) else name
        case 4:
            return _place_in_brackets(name)
        case 5:
            return _homophone(name, rng)
        case 6:
            return f" {name[:4]} {name[4:]}　"
        case _:
            place = rng.randrange(2, max(len(name) - 4, 3))
            return name[:place] + name[place + 1 :]


def _place_in_brackets(name: str) -> str:
    rest = name.removeprefix("成都市").removeprefix("成都")
    return name if rest == name else f"{rest[:2]}（成都）{rest[2:]}"


def _homophone(name: str, rng: random.Random) -> str:
    for place, char in enumerate(name):
        group = next((each for each in _HOMOPHONES if char in each), None)
        if group:
            return name[:place] + rng.choice([each for each in group if each != char]) + name[place + 1 :]
    return name


def varied_address(address: str, rng: random.Random) -> str:
    match rng.randrange(5):
        case 0:
            return address.removeprefix("成都市")
        case 1:
            return f"四川省{address}"
        case 2:
            return address.replace("号", "", 1)
        case 3:
            return address.translate(_FULL_WIDTH)
        case _:
            return address[: max(address.rfind("号", 0, -1), 8) + 1]
