"""A service of its own whose worker converts statements."""

from __future__ import annotations

from converter_fixtures import author, shown, shown_client, shown_worker, stranger

__all__ = ["author", "shown", "shown_client", "shown_worker", "stranger"]
