"""The words that this project does not use, as data; ``test_vocabulary.py`` looks for them.

A plain English word is banned as a name of ours alone: text may say it. ``docs/glossary.md`` has the words we use.
"""

from __future__ import annotations

#: A word of an identifier, a file's name or a log's key -> the field's word for it. Words are what underscores and
#: capitals divide: ``KeeperNote`` has "keeper" and "note".
NAMES = {
    "keeper": "leases, zygote client, setup uid",
    "spare": "reserve slot",
    "spares": "prepared containers",
    "linger": "ticket poll",
    "porter": "ticket bridge",
    "depot": "package store",
    "crew": "thread pool",
    "workshop": "build context",
    "spoken": "detect",
    "doors": "join fds",
    "door": "join fd",
    "handover": "run I/O",
    "resting": "used",
    "ring": "pool",
    "notes": "run directory",
    "facts": "node info",
    "offer": "availability",
    "offers": "availability",
    "box": "container",
    "quiet": "exclusive",
    "why": "reason",
    "beat": "heartbeat reply",
}

#: Banned all the same where it is a name that somebody else gave, or the plain word: (file, name) -> why.
ALLOWED = {
    ("judge/package/dmoj/guest/check.py", "grader"): "DMOJ's own name for what its modules export",
    ("judge/package/dmoj/guest/check.py", "_offer_modules"): "the plain verb",
    ("judge/observe/logs.py", "offer"): "the plain verb",
    ("judge/cli/grade.py", "quiet"): "the flag --quiet",
    ("judge/cli/submit.py", "quiet"): "the flag --quiet",
    ("judge/cli/demo.py", "quiet"): "the flag --quiet",
}

#: Whole identifiers that are banned as they are, though their words are not.
WHOLE_NAMES = {
    "grader": "output validator, interactor or custom grader",
    "drive": "schedule",
}

#: Phrases that text of ours does not use -> what it says instead.
PHRASES = {
    "had ahead": "prepared, pooled",
    "told by": "reported by",
    "tells of": "reports",
    "so many": "at most this many",
    "so long": "at most this long",
    "is nobody's": "belongs to none",
    "another one's story": "say who is meant",
    "story, told": "say it plainly",
    "machine's mood": "load of the machine",
    "asked once more": "retried once",
    "say what is wanted": "set the desired state",
    "anew": "again, fresh",
    "whoever": "say who",
    "strangers'": "from outside",
}
