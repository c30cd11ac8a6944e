while True:
    heard = input()
    print(5 if heard == "-" else min(100, int(heard) + 10), flush=True)
