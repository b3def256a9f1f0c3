"""How often somebody may guess: failures are counted in memory, by the network that asks and by the number asked for.

Who asks too often is told to wait, whether the guess was right or wrong (security 13). Successes are not counted:
people at one address who look at their own cases are not in each other's way.
"""

import contextlib
import ipaddress
from collections.abc import Iterator

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from services.errors import DomainError, NotFound

BY_NETWORK = RateLimitItemPerMinute(30, 10)
BY_NUMBER = RateLimitItemPerHour(10)
WAIT = "查询失败次数过多，请一小时后再试；急需了解进度，请拨打收件凭证上的咨询电话"
DRAFTS = RateLimitItemPerHour(120)
TOO_MANY_DRAFTS = "您所在的网络一小时内新建的申请过多，请稍后再试；已保存的草稿不受影响"
PREFIXES = {4: 24, 6: 64}
LONGEST_KEY = 64

_limiter = MovingWindowRateLimiter(MemoryStorage())


class Throttled(DomainError):
    """Too many failures; come back later."""


def network(address: str) -> str:
    """The range that an address belongs to: /24, or /64 for IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((found, PREFIXES[found.version]), strict=False))


def _keys(address: str, number: str) -> list[tuple[RateLimitItem, str]]:
    return [(BY_NETWORK, network(address)), (BY_NUMBER, number[:LONGEST_KEY])]


@contextlib.contextmanager
def guesses(address: str, number: str) -> Iterator[None]:
    """Counts a NotFound raised within. Raises Throttled before the block when there were too many."""
    keys = _keys(address, number)
    if not all(_limiter.test(limit, "guess", key) for limit, key in keys):
        raise Throttled(WAIT)
    try:
        yield
    except NotFound:
        for limit, key in keys:
            _limiter.hit(limit, "guess", key)
        raise


def begin_draft(address: str) -> None:
    """Counts an application begun without an account. Raises Throttled when one network begins too many."""
    if not _limiter.hit(DRAFTS, "draft", network(address)):
        raise Throttled(TOO_MANY_DRAFTS)


def forget() -> None:
    """Start counting anew."""
    _limiter.storage.reset()
