"""Defaults of settings that rooms below the settings use as well, when nobody hands them a value. Each stands once."""

from __future__ import annotations

#: The first of the reserved host user ids.
UID_BASE = 2_000_000
#: What a slot may read of each disk in a second.
DISK_READ_BYTES_PER_S = 256 << 20

#: Test data kept in memory, for each judging process.
CASE_DATA_BYTES = 512 << 20
#: A CPU time this close to the limit, as a share of it, is measured again.
NEAR_LIMIT_SHARE = 0.1
#: Runs in all of a test that is measured again.
NEAR_LIMIT_RUNS = 3

# The ceilings of what packages may ask for.
TIME_LIMIT_S_MAX = 300
MEMORY_BYTES_MAX = 16 << 30
OUTPUT_BYTES_MAX = 256 << 20
CODE_BYTES_MAX = 16 << 20
COMPILATION_TIME_S_MAX = 300
VALIDATION_TIME_S_MAX = 600
VALIDATION_PASSES_MAX = 1000
CASE_FILES_MAX = 1000
CASE_FILES_BYTES_MAX = 1 << 30
