import sys

number = int(sys.stdin.read())
sys.exit(42 if sys.argv[1:] != ['even'] or number % 2 == 0 else 43)
