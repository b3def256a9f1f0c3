"""The import rules, the sizes, and what pages may not do: each a test, so that the layers stay."""

import ast
from pathlib import Path

import pytest

import settings

ROOT = settings.ROOT
LAYERS = ["settings", "models", "services", "ui", "pages"]
CODE = ("settings.py", "app.py", "cli.py", "models", "services", "ui", "pages", "api", "commands", "migrations")
ALLOWED_SOONER = {"api": {"settings", "models", "services"}, "migrations": {"settings", "models", "services"}}
LIBRARIES = {
    "sqlalchemy": {"models", "services", "migrations"},
    "streamlit": {"ui", "pages", "app.py"},
    "streamlit_authenticator": {"ui"},
    "plotly": {"ui"},
    "pandas": {"ui", "services"},
}
FORBIDDEN_IN_PAGES = (ast.Try, ast.ClassDef)


def modules():
    return list(_modules())


def _modules():
    for name in CODE:
        path = ROOT / name
        files = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
        for file in files:
            if file.exists() and "versions" not in file.parts:
                yield pytest.param(file, id=str(file.relative_to(ROOT)))


def pages():
    return [p for p in modules() if p.values[0].relative_to(ROOT).parts[0] == "pages"]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The dotted names that a module imports."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_constant(node: ast.stmt) -> bool:
    """`PER_PAGE = 50`: a name in capitals."""
    return isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) and t.id.isupper() for t in node.targets)


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules())
def test_imports_point_one_way(path):
    own = layer(path)
    tops = {name.split(".")[0] for name in imported(path)}
    if own in ("app", "cli", "commands"):
        assert not tops & {"app", "cli"}
        return
    assert not tops & {"app", "cli", "commands"}, "nothing imports app.py or cli.py"
    if own in ALLOWED_SOONER:
        assert tops & {*LAYERS, "api"} <= ALLOWED_SOONER[own] | {own}
        return
    later = set(LAYERS[LAYERS.index(own) + 1 :]) | {"api"}
    assert not tops & later
    if own == "pages":
        assert "pages" not in tops, "pages never import pages"


@pytest.mark.parametrize("path", modules())
def test_libraries_stay_where_they_belong(path):
    place = path.relative_to(ROOT).parts[0]
    for name in {each.split(".")[0] for each in imported(path)} & LIBRARIES.keys():
        assert place in LIBRARIES[name], f"{name} is not for {place}"


@pytest.mark.parametrize("path", [p for p in modules() if "rules" in p.values[0].parts])
def test_rules_are_pure(path):
    allowed = ("models.enums", "services.errors", "services.rules")
    ours = {name for name in imported(path) if name.split(".")[0] in (*LAYERS, "api")}
    assert all(name.startswith(allowed) or name in ("models", "services") for name in ours), ours
    calls = {
        node.func.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"now", "today", "utcnow"}, "a rule has no clock"


@pytest.mark.parametrize("path", modules())
def test_only_the_database_module_commits(path):
    if path == ROOT / "services" / "database.py":
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("commit", "rollback"), f"line {node.lineno}"


def test_no_page_stands_directly_in_pages():
    assert not list((ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("path", pages())
def test_a_page_begins_with_begin_and_stays_small(path):
    body = [node for node in tree(path).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    body = body[1:] if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else body
    body = [node for node in body if not is_constant(node)]
    first = body[0].value if isinstance(body[0], ast.Assign | ast.Expr) else None
    assert isinstance(first, ast.Call) and ast.unparse(first.func) == "page.begin"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, FORBIDDEN_IN_PAGES)]


@pytest.mark.parametrize("path", modules())
def test_modules_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= 40, node.name


@pytest.mark.parametrize("path", modules())
def test_no_route_for_markup_of_others(path):
    """Text of users is drawn as text: the three calls that run markup are banned with variables (security 11)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in ("st.html", "st.components.v1.html", "components.html"), f"line {node.lineno}"
            assert not any(keyword.arg == "unsafe_allow_html" for keyword in node.keywords), f"line {node.lineno}"


@pytest.mark.parametrize("path", modules())
def test_names_say_what_a_module_is(path):
    assert path.stem not in {"utils", "helpers", "common", "manager", "core", "data2"}


def test_the_product_speaks_of_itself_alone():
    for path in ROOT.rglob("*"):
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".sh") and ".venv" not in path.parts and path.is_file():
            if "var" not in path.parts and path.name != Path(__file__).name:
                assert str(ROOT.parent) + "/" not in path.read_text(encoding="utf-8"), path
