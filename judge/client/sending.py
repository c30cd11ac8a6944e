"""What a client hands in: ids, and submissions made of files on this machine."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from judge.errors import UsageError
from judge.model.submission import SourceFile, Submission


def new_id() -> str:
    """A fresh submission id. Keep it and use it again to ask for the very same submission."""
    return uuid.uuid4().hex


def submission_of(  # noqa: PLR0913 (each is an option by name, as on the command line)
    *files: str | Path,
    package: str,
    language: str = "",
    id: str = "",
    main: str = "",
    priority_class: str = "practice",
    tenant: str = "",
    tags: Sequence[str] = (),
) -> Submission:
    """A submission of source files on this machine; the first is the main one. Raises UsageError naming the file."""
    sources = []
    for file in files:
        try:
            sources.append(SourceFile(name=Path(file).name, content=Path(file).read_bytes()))
        except OSError as error:
            raise UsageError(f"source file {file}: {error.strerror or error}") from error
    return Submission(
        id=id or new_id(),
        package=package,
        sources=tuple(sources),
        language=language,
        main=main or (sources[0].name if len(sources) > 1 else ""),
        priority_class=priority_class,
        tenant=tenant,
        tags=tuple(tags),
    )
