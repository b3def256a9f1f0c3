"""Every measured thing runs in a process of its own, whose processor time and peak memory are its own."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import settings

PEERS = Path(__file__).resolve().parents[1] / "peers"
PEER_PYTHON = PEERS / "linkage" / ".venv" / "bin" / "python"
SETUP = f"python -m venv {PEER_PYTHON.parents[1]} && {PEER_PYTHON} -m pip install -r {PEERS}/linkage/requirements.txt"


LOOK = 0.02  # seconds between two looks at a process's memory


class ChildFailed(Exception):
    """The text is what the process said last."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of a whole process: seconds by the clock and of the processor, and its peak memory in MiB."""

    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> tuple[dict[str, Any], Cost]:
    """(what it printed last, as JSON; what it cost). Raises ChildFailed."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            command, stdout=out, stderr=err, cwd=settings.ROOT, env={**os.environ, **(environment or {})}
        )
        peak = 0.0
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, _peak(process.pid))
            time.sleep(LOOK)
        _, status, used = ended
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
        if process.returncode:
            err.seek(0)
            raise ChildFailed(f"{' '.join(command)}\n{said[-1000:]}\n{err.read()[-3000:]}")
    lines = said.strip().splitlines()
    answer = json.loads(lines[-1]) if lines and lines[-1].startswith(("{", "[")) else {}
    return answer, Cost(round(seconds, 3), round(used.ru_utime + used.ru_stime, 3), round(peak, 1))


def _peak(process: int) -> float:
    """MiB so far; not from the usage that the system reports at the end, which holds the size of the parent that forked."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def step(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> tuple[dict[str, Any], Cost]:
    """One of ours (benchmarks/linkage/steps.py)."""
    return run([sys.executable, "-m", "benchmarks.linkage.steps", name, *arguments], environment=environment)


def peer(script: str, *arguments: str) -> tuple[dict[str, Any], Cost]:
    """One of the peers', in their own environment."""
    return run([str(PEER_PYTHON), str(PEERS / "linkage" / script), *arguments])


def site_packages() -> Path | None:
    """Where the peers' libraries lie; None where their environment was not made."""
    return next(PEER_PYTHON.parents[1].glob("lib/*/site-packages"), None)


def is_ready(library: str = "splink") -> bool:
    folder = site_packages()
    return folder is not None and (folder / library).exists()
