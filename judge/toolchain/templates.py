"""Which interpreters can be started once for many runs, and how each is told to wait.

CPython imports a module named usercustomize, if it finds one, at the end of its own start: ours lies in every root, and
makes a template of the interpreter (judge/rootfs/guest/judge_template.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from judge.model.language import LanguageSpec
from judge.sandbox.protocol import TEMPLATE_DIRECTORY
from judge.sandbox.spec import RunSpec, TemplateSpec
from judge.sandbox.template import OPEN_FILES_MIN, stack_bytes_of

_PATH = "PYTHONPATH"


def _cpython(environment: Mapping[str, str]) -> dict[str, str] | None:
    if environment.get(_PATH) == "":
        return None  # it could not be told from none afterwards
    paths = [TEMPLATE_DIRECTORY, environment.get(_PATH)]
    return {**environment, _PATH: ":".join(filter(None, paths))}


#: By the word in a language's file: the environment that a run has -> that which a template is started with, or None
#: where there can be none.
TEMPLATES: Mapping[str, Callable[[Mapping[str, str]], dict[str, str] | None]] = {"cpython": _cpython}


def template_of(language: LanguageSpec, spec: RunSpec) -> TemplateSpec | None:
    """The template of which such runs may be copies, where the language has one and they can."""
    started = TEMPLATES.get(language.starts_once)
    # What does not wait must find no program to run.
    if started is None or spec.limits.open_files < OPEN_FILES_MIN or not spec.argv[-1].startswith("/artifact/"):
        return None
    environment = started(dict(spec.env))
    if environment is None:
        return None
    return TemplateSpec(
        argv=spec.argv,
        env=spec.env,
        start_env=tuple(environment.items()),
        open_files=spec.limits.open_files,
        stack_bytes=stack_bytes_of(spec.limits),
    )
