"""Every act that is recorded is read in Chinese: its action and its subject have words in the audit trail."""

import ast

import settings
from services.audit_trail import SUBJECTS, VERBS


def _recorded():
    """(file, action, subject) of every audit.record; None for what is put together while running."""
    for path in sorted((settings.ROOT / "services").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.record":
                subject = call.args[2] if len(call.args) > 2 else None
                first = subject.elts[0] if isinstance(subject, ast.Tuple) else None
                yield path.name, _written(call.args[1]), _written(first)


def _written(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_recorded_act_has_words():
    found = list(_recorded())
    assert len(found) > 60
    wordless = set()
    for file, action, subject in found:
        whole, _, verb = (action or "").partition(".")
        wordless |= {(file, word) for word, known in ((whole, SUBJECTS), (verb, VERBS)) if action and word not in known}
        wordless |= {(file, subject)} if subject is not None and subject not in SUBJECTS else set()
    assert not wordless
