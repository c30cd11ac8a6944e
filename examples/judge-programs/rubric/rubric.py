import json
import sys

with open("task") as file:
    words = int(file.read())
text = sys.stdin.read(1 << 20)
lines = text.splitlines()


def mark(name, points, of, remark):
    print(json.dumps({"name": name, "points": points, "of": of, "remark": remark}))


count = len(text.split())
mark("length", 4 if count == words else 0, 4, f"{count} words, {words} are asked for")
mark("lines", 2 if all(len(line) <= 40 for line in lines) else 0, 2, "at most 40 letters a line")
different = len(set(text.split()))
mark("variety", min(4, different // 3), 4, f"{different} different words")
