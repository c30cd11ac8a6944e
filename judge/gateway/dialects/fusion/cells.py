"""Runs the cells of a notebook one behind the other, in one namespace. It is a program inside the sandbox; nobody here
imports it.

It reads ``cells.json`` of the directory ``.notebook``, a list of texts, and leaves ``found.json`` there:
what each cell wrote, showed and raised. It is plain Python: there is no kernel, and no IPython.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import contextlib
import inspect
import io
import json
import os
import sys
import traceback
from types import CodeType
from typing import Any

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "application/json": "_repr_json_",
}


def shown(value: Any) -> dict[str, Any]:
    """A value in each form that it has."""
    data = {"text/plain": repr(value)}
    for kind, name in _METHODS.items():
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            with contextlib.suppress(Exception):
                found = method()
                found = found[0] if isinstance(found, tuple) else found
                found = base64.b64encode(found).decode() if isinstance(found, bytes) else found
                if found is not None:
                    data[kind] = found
    return data


class Notebook:
    """The namespace of all cells, and what has become of them."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__, "display": self.display}
        self.found: list[dict[str, Any]] = []

    def display(self, *values: Any) -> None:
        """Show values, as the last expression of a cell is shown."""
        self.found[-1]["display"] += [shown(value) for value in values]

    def run(self, number: int, text: str) -> None:
        """Run one cell; an error ends it, not the notebook."""
        self.found.append({"stdout": "", "stderr": "", "display": [], "error": []})
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                self._execute(f"<cell {number}>", text)
                self._show_figures()
            except BaseException as error:
                lines = traceback.format_exception(type(error), error, error.__traceback__)
                said = {"ename": type(error).__name__, "evalue": str(error), "traceback": lines}
                self.found[-1]["error"].append(said)
        self.found[-1] |= {"stdout": out.getvalue(), "stderr": err.getvalue()}

    def _execute(self, name: str, text: str) -> None:
        tree = ast.parse(text, name)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if last is not None:
            tree.body.pop()
        self._evaluate(compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is not None:
            code = compile(ast.Expression(last.value), name, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            value = self._evaluate(code)
            if value is not None:
                self.names["_"] = value
                self.display(value)

    def _evaluate(self, code: CodeType) -> Any:
        value = eval(code, self.names)
        if code.co_flags & inspect.CO_COROUTINE:
            return asyncio.run(value)
        return value

    def _show_figures(self) -> None:
        """What was drawn with matplotlib, and not shown yet."""
        drawing = sys.modules.get("matplotlib.pyplot")
        if drawing is None:
            return
        for number in drawing.get_fignums():
            figure, image = drawing.figure(number), io.BytesIO()
            figure.savefig(image, format="png", bbox_inches="tight")
            picture = base64.b64encode(image.getvalue()).decode()
            self.found[-1]["display"].append({"text/plain": repr(figure), "image/png": picture})
            drawing.close(figure)


def main(place: str) -> None:
    """Run them all."""
    with open(os.path.join(place, "cells.json"), encoding="utf-8") as file:
        cells = json.load(file)
    os.environ.setdefault("MPLBACKEND", "agg")
    notebook = Notebook()
    for number, text in enumerate(cells, 1):
        notebook.run(number, text)
    with open(os.path.join(place, "found.json"), "w", encoding="utf-8") as file:
        json.dump(notebook.found, file, default=repr)


if __name__ == "__main__":
    main(".notebook")
