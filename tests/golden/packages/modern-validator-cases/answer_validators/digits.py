import sys

answer = sys.stdin.read().strip()
small = "--small" not in sys.argv[2:] or len(answer) < 3
sys.exit(42 if answer.isdigit() and small and open(sys.argv[1]).read() else 43)
