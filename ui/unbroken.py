"""What must not be broken off half-way: callbacks, and acts that write.

Streamlit drops a run for a newer event of the same browser wherever the run draws or touches the session's state, in
callbacks too, and does not call a dropped callback again: a quick clerk's next key would undo what the last one began.
It offers no way to ask for patience, and a thread of its own cannot help: a callback's thread holds the session's state.
So the state's own yield point is taken out for the while; drawing still yields, after which nothing is lost but a word.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from streamlit.runtime.scriptrunner import get_script_run_ctx

P = ParamSpec("P")
T = TypeVar("T")
YIELD = "_yield_callback"  # of streamlit.runtime.state.SafeSessionState; pinned, and watched by tests/web/test_pages.py


def unbroken(function: Callable[P, T]) -> Callable[P, T]:
    """The function, run to its end whatever is pressed meanwhile, as long as it draws nothing."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with _patience():
            return function(*args, **kwargs)

    return run


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        yield
        return
    state = context.session_state
    interrupt = object.__getattribute__(state, YIELD)
    object.__setattr__(state, YIELD, lambda: None)  # the state's own __setattr__ would write a value of the session
    try:
        yield
    finally:
        object.__setattr__(state, YIELD, interrupt)
