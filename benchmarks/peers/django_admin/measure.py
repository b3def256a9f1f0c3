"""Django admin's changelist on the same table: its figures as JSON. Run by benchmarks/run.py in its own environment.

python measure.py --database URL --query "department__id__exact=1&..." --page 1000 --runs 30
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

from benchmarks.timing import Figure, measure  # noqa: E402

PRAGMAS = "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY"  # as the product has them
PER_PAGE = 50
CHANGELIST = "/admin/changelist/case/"


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        name = f"file:{parts.path[1:]}?mode=ro"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {"uri": True, "init_command": PRAGMAS},
        }
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.get("host", ""),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": None,
    }


def configure(url: str, folder: str) -> None:
    settings.configure(
        DEBUG=False,
        SECRET_KEY="only for measuring",
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF="urls",
        INSTALLED_APPS=[
            *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"),
            *("django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles", "changelist"),
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/auth.db"},
            "cases": database(url),
        },
        DATABASE_ROUTERS=["changelist.models.CasesElsewhere"],
        STATIC_URL="static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
    )
    django.setup()
    call_command("migrate", verbosity=0)


def figures(query: str, page: int, runs: int) -> list[Figure]:
    from changelist.models import Case
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client, RequestFactory

    user = User.objects.create_superuser("measure", password=None)
    client = Client()
    client.force_login(user)
    model_admin = admin.site.get_model_admin(Case)

    def asked(number: int, full: bool) -> None:
        model_admin.show_full_result_count = full
        answer = client.get(f"{CHANGELIST}?{query}&p={number}")
        assert answer.content.count(b'class="field-item_version') == PER_PAGE, answer.status_code

    request = RequestFactory().get(f"{CHANGELIST}?{query}")
    request.user = user
    found = model_admin.get_changelist_instance(request).queryset
    whole = model_admin.get_queryset(request)
    first, deep = found[:PER_PAGE], found[(page - 1) * PER_PAGE : page * PER_PAGE]

    def data() -> None:
        list(first.all()), found.count(), whole.count()

    return [
        measure("django", "query of page 1", lambda: list(first.all()), runs=runs),
        measure("django", f"query of page {page:,}", lambda: list(deep.all()), runs=runs),
        measure("django", "count, exact", lambda: found.count(), runs=runs),
        measure("django", "count of the whole table", lambda: whole.count(), runs=runs),
        measure("django", "page 1 and both counts", data, runs=runs),
        measure("django", "page 1 and one count", lambda: (list(first.all()), found.count()), runs=runs),
        measure("django", "request, page 1", lambda: asked(1, True), runs=runs, note="show_full_result_count=True"),
        measure("django", f"request, page {page:,}", lambda: asked(page, True), runs=runs),
        measure(
            "django", "request, page 1, lean", lambda: asked(1, False), runs=runs, note="show_full_result_count=False"
        ),
        measure("django", f"request, page {page:,}, lean", lambda: asked(page, False), runs=runs),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--query", required=True)
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        configure(asked.database, folder)
        found = figures(asked.query, asked.page, asked.runs)
    print(json.dumps({"version": django.get_version(), "figures": [dataclasses.asdict(each) for each in found]}))


if __name__ == "__main__":
    main()
