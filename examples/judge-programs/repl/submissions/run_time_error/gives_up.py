input()
raise SystemExit(4)
