"""``python -m judge`` is the ``judge`` command."""

import sys

from judge.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
