print(input().count("a"), flush=True)
