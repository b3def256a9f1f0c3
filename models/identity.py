"""Identities made by the application: 64-bit and time-ordered, so that shards need no common sequence."""

import datetime as dt
import itertools
import os
import threading

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
NODE_BITS = 10
COUNTER_BITS = 12
SHIFT = NODE_BITS + COUNTER_BITS

_node = int.from_bytes(os.urandom(2)) % (1 << NODE_BITS)
_counter = itertools.count(int.from_bytes(os.urandom(2)) % (1 << COUNTER_BITS))
_lock = threading.Lock()


def floor_id(at: dt.datetime) -> int:
    """The smallest identity of the millisecond `at`: bounds a search by time."""
    milliseconds = (at - EPOCH) // dt.timedelta(milliseconds=1)
    return max(milliseconds, 0) << SHIFT


def new_id(at: dt.datetime | None = None) -> int:
    """A fresh identity, ordered by `at` (default: now)."""
    with _lock:
        turn = next(_counter) % (1 << COUNTER_BITS)
    return floor_id(at or dt.datetime.now(dt.UTC)) | (_node << COUNTER_BITS) | turn
