"""What Python tests may ask of the student's module that proxies of it do not give. By the source alone; pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from judge.model.assignment import CoursePart, Isolation, Process

#: Of a file that is looked at: its tree takes some hundred times that in memory.
_CHARS_MAX = 1 << 18

_FILES = {"tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory"}
_WARNINGS = {"warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "assertLogs", "assertNoLogs"}
_READERS = {"inspect", "ast", "dis"}
_SCOPES = {"class", "module", "package", "session"}
_SETUPS = {"setUpClass", "setUpModule", "setup_class", "setup_module"}
_COLLECTIONS = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
_ANSWERS = {"return_value", "side_effect", "new"}

_APART = " (tests and student's code do not share a process: 'isolation: shared' would)"
_WITHOUT_REFERENCE = ": the tests are listed without the student's code; give a 'reference'"


def python_needs(text: str, part: CoursePart, reference: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A :data:`judge.package.assignment.needs.Check`, in the order of the lines."""
    if len(text) > _CHARS_MAX:
        yield 1, f"is too large to be looked at: {len(text)} characters; at most {_CHARS_MAX}"
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield getattr(error, "lineno", 0) or 1, "is no Python that can be read here: its tests may not run"
        return
    seen = _Seen(tree, part)
    early = {*seen.star_imports(), *seen.too_early(tree.body)}
    if part.isolation is not Isolation.SHARED:
        yield from sorted(early | {*seen.everywhere()})
    elif not reference:
        yield from sorted((line, reason.removesuffix(_APART) + _WITHOUT_REFERENCE) for line, reason in early)


class _Seen:
    """One test file. ``names``: what it calls the student's modules, and what it has imported from them."""

    def __init__(self, tree: ast.Module, part: CoursePart) -> None:
        self._tree = tree
        self._part = part
        self._modules = set(part.module.split())
        self._collections = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, _COLLECTIONS)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.names: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if self._is_module(alias.name):
                        self.names[alias.asname or alias.name.partition(".")[0]] = ""
            elif isinstance(node, ast.ImportFrom) and self._is_module(node.module or ""):
                self.names |= {alias.asname or alias.name: alias.name for alias in node.names}

    def _is_module(self, name: str) -> bool:
        return name.partition(".")[0] in self._modules or name in self._modules

    def of_student(self, node: ast.expr) -> str:
        """What of the student's an expression names, "" = nothing: ``bank.Account``, ``Account``."""
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.names:
            return ".".join((node.id, *reversed(words)))
        return ""

    def star_imports(self) -> Iterator[tuple[int, str]]:
        """``from bank import *``."""
        for node in ast.walk(self._tree):
            if not isinstance(node, ast.ImportFrom) or not self._is_module(node.module or ""):
                continue
            if any(alias.name == "*" for alias in node.names):
                yield node.lineno, f"names of {node.module} must be imported one by one{_APART}"

    def too_early(self, body: Sequence[ast.stmt]) -> Iterator[tuple[int, str]]:
        """What is called while the file is imported."""
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                for base in statement.bases:
                    if name := self.of_student(base):
                        yield statement.lineno, f"a class of the tests extends {name}, which is the student's{_APART}"
                yield from self.too_early(statement.body)
            whole: Sequence[ast.AST] = [statement]
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                whole = [*statement.decorator_list]
                if not isinstance(statement, ast.ClassDef):
                    whole = [*whole, *statement.args.defaults]
            for call in _calls_now(whole):
                if name := self.of_student(call.func):
                    yield call.lineno, f"{name}() is called while the tests are collected, when nothing runs yet"

    def everywhere(self) -> Iterator[tuple[int, str]]:
        """What is asked for anywhere else."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                yield from self._of_call(node)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield from self._of_statement(node.value)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from self._of_function(node)

    def _of_call(self, call: ast.Call) -> Iterator[tuple[int, str]]:
        function = _last_name(call.func)
        given = [self.of_student(argument) for argument in call.args]
        if isinstance(call.func, ast.Attribute) and _last_name(call.func.value) in _READERS and any(given):
            yield call.lineno, f"{function}() sees a proxy, and not the student's code{_APART}"
        if function == "reload" and any(given):
            yield call.lineno, f"the module is not reloaded here: each test has a fresh one{_APART}"
        if function in _WARNINGS:
            yield call.lineno, f"warnings and logs of the student's code are not seen here{_APART}"
        if function == "setattr" and any(given) and len(call.args) > 2 and isinstance(call.args[2], ast.Call):
            yield call.lineno, f"what is put into the student's module must be a value or a function{_APART}"
        answers = _ANSWERS & {word.arg for word in call.keywords} or len(call.args) > (2 if function == "object" else 1)
        if self._is_patch(call) and not answers:
            yield call.lineno, f"a patch of the student's module needs return_value or side_effect{_APART}"

    def _is_patch(self, call: ast.Call) -> bool:
        """``patch("bank.x")``, ``patch.object(bank, "x")``."""
        first = call.args[0] if call.args else None
        if _last_name(call.func) == "patch" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            return self._is_module(first.value)
        of_object = isinstance(call.func, ast.Attribute) and call.func.attr == "object"
        return of_object and first is not None and bool(self.of_student(first))

    def _of_statement(self, call: ast.Call) -> Iterator[tuple[int, str]]:
        """A function is called for what it does to its arguments."""
        name = self.of_student(call.func)
        last = name.rpartition(".")[2]
        if not name or last in self._part.in_place or not last.islower():
            return
        if any(isinstance(argument, ast.Name) and argument.id in self._collections for argument in call.args):
            yield call.lineno, f"{name}() gets a copy; if it is to change its arguments say 'in_place: [{last}]'"

    def _of_function(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, str]]:
        arguments = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        if made := _FILES & arguments:
            yield function.lineno, f"files in {min(made)} are not there for the student's code{_APART}"
        if "caplog" in arguments or "recwarn" in arguments:
            yield function.lineno, f"warnings and logs of the student's code are not seen here{_APART}"
        if self._part.process is Process.ALL or not (function.name in _SETUPS or _is_wide(function)):
            return
        if any(isinstance(node, ast.Call) and self.of_student(node.func) for node in ast.walk(function)):
            yield function.lineno, "what it makes outlives the process of its test; say 'process: all'"


def _calls_now(nodes: Sequence[ast.AST]) -> Iterator[ast.Call]:
    """Calls that are made when these are evaluated: not those in functions."""
    left = list(nodes)
    while left:
        node = left.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            left += ast.iter_child_nodes(node)


def _last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_wide(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A fixture that serves several tests."""
    return any(
        word.arg == "scope" and isinstance(word.value, ast.Constant) and word.value.value in _SCOPES
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for word in decorator.keywords
    )
