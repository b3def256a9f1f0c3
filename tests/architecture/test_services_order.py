"""The declared order of the services: each imports only from the steps below its own, so no circle can grow."""

import ast

import pytest

import settings

STEPS = (
    ("errors",),
    ("rules",),
    ("actors", "confidential", "database", "districts", "popularity", "throttle", "topics"),
    ("access", "bulk", "codes", "attachments", "migrations", "upserts", "user_lists"),
    ("audit",),
    ("calendars", "counts", "documents", "downloads", "exchange", "outbox", "sign_in_sessions"),
    ("jobs",),
    ("audit_trail", "catalogue", "organisations", "own_phone", "passwords", "sign_in"),
    ("cases", "flows", "registers"),
    ("bundles",),
    ("applications", "projects", "tax"),
    ("intermediaries",),
    ("demo", "overview", "receipts", "users"),
)
STEP_OF = {name: step for step, names in enumerate(STEPS) for name in names}
SERVICES = settings.ROOT / "services"
PARTS = sorted({path.name.removesuffix(".py") for path in SERVICES.iterdir()} - {"__init__", "__pycache__"})


def rests_on(part):
    """The services that a module or package of services imports."""
    path = SERVICES / part
    found = set()
    for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "services":
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("services."):
                found.add(node.module.split(".")[1])
    return found - {part}


@pytest.mark.parametrize("part", PARTS)
def test_a_service_rests_only_on_those_below_it(part):
    assert part in STEP_OF, "declare its step"
    assert {name: STEP_OF[name] for name in rests_on(part) if STEP_OF[name] >= STEP_OF[part]} == {}
