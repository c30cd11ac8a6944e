"""Runs programs in those languages of ours that Jobe does not have. Pure: what is to be done, and what came of it."""

from __future__ import annotations

import shlex

from judge.gateway.dialects.jobe.limits import Ceilings, limits_of
from judge.gateway.dialects.jobe.recipes import Recipe
from judge.gateway.dialects.jobe.run_spec import JobeError, RunSpec
from judge.model.submission import SourceFile
from judge.model.work import Data, Execution, InputFile, ProgramSource


def execution_of(spec: RunSpec, language: str, files: tuple[InputFile, ...], ceilings: Ceilings) -> Execution:
    """The program with the client's files beside it. Raises JobeError."""
    if spec.words("interpreterargs", ()):
        raise JobeError(400, f"interpreterargs are not taken for the language {spec.language}")
    recipe = Recipe(language, lambda _: "", lambda *_: [], limits_address_space=False)
    compiler_arguments = _split(spec, "compileargs") + _split(spec, "linkargs")
    return Execution(
        program=ProgramSource(
            sources=(SourceFile(name=spec.file_name or "prog", content=spec.source.encode()),),
            language=language,
            compiler_arguments=compiler_arguments,
        ),
        arguments=_split(spec, "runargs"),
        stdin=Data(content=spec.input.encode()),
        files=files,
        limits=limits_of(spec, recipe, ceilings),
    )


def _split(spec: RunSpec, name: str) -> tuple[str, ...]:
    """A list that Jobe's shell would see, in words. Nothing is expanded. Raises JobeError."""
    try:
        return tuple(shlex.split(" ".join(spec.words(name, ()))))
    except ValueError as error:
        raise JobeError(400, f"the parameter {name}: {error}") from error
