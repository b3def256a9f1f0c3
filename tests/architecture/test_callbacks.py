"""Every callback of a page runs to its end (ui/unbroken.py): a newer event drops any other, and it is not called again."""

import ast

import settings

EVENTS = {"on_change", "on_click", "on_select", "on_submit"}
MARKS = ("unbroken", "page.callback(")


def _trees():
    for folder in ("ui", "pages"):
        for path in sorted((settings.ROOT / folder).rglob("*.py")):
            yield path.relative_to(settings.ROOT), ast.parse(path.read_text(encoding="utf-8"))


def _is_marked(function):
    return any(ast.unparse(mark).startswith(MARKS) for mark in function.decorator_list)


def test_every_callback_runs_to_its_end():
    trees = list(_trees())
    functions = [
        (path.stem, node) for path, tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]
    marked = {(module, node.name) for module, node in functions if _is_marked(node)}
    seen, broken = 0, []
    for path, tree in trees:
        for each in (node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg in EVENTS):
            if isinstance(each.value, ast.Constant):  # "rerun", "ignore"
                continue
            seen += 1
            module, _, name = ast.unparse(each.value).rpartition(".")
            if (module or path.stem, name) not in marked and not ast.unparse(each.value).startswith("unbroken("):
                broken.append(f"{path}:{each.value.lineno}")
    assert seen > 20
    assert not broken
