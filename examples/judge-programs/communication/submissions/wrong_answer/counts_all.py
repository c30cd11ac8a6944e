print(len(input()), flush=True)
