import sys

sys.exit(42 if "{{word}}" == "times" and sys.stdin.read().strip().isdigit() else 43)
