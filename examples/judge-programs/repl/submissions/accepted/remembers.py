import sys

names = {}
for line in sys.stdin:
    name, _, value = line.partition("=")
    if value:
        names[name.strip()] = int(value)
        print("ok", flush=True)
    else:
        print(sum(names.get(word.strip(), 0) for word in line.split("+")), flush=True)
