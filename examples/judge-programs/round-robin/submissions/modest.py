while True:
    heard = input()
    print(90 if heard == "-" else max(0, int(heard) - 11), flush=True)
