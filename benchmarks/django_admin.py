"""Django admin's changelist on the same working copy, measured in its own environment."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import databases
from benchmarks.district import District
from benchmarks.timing import Figure
from services.cases import filters

PEER = Path(__file__).resolve().parent / "peers" / "django_admin"
PYTHON = PEER.parent / ".venv" / "bin" / "python"
SETUP = f"python -m venv {PEER.parent}/.venv && {PYTHON} -m pip install -r {PEER}/requirements.txt"


def is_ready() -> bool:
    return PYTHON.exists()


def changelist(district: District, runs: int, url: str) -> Iterator[Figure]:
    databases.make_keys_for_peers()
    wanted = district.filter
    query = {
        "department__id__exact": wanted.department_id,
        "status__exact": wanted.statuses[0].value,
        "submitted_at__gte": filters.midnight(wanted.since).isoformat(),
        "submitted_at__lt": filters.midnight(wanted.until + dt.timedelta(days=1)).isoformat(),
    }
    command = [str(PYTHON), str(PEER / "measure.py"), "--database", url, "--query", urlencode(query)]
    command += ["--page", str(district.deep), "--runs", str(runs)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for each in answer["figures"]:
        yield Figure(**each)
