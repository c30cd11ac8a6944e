"""0 points: it puts a program of its own in its place, which answers everything with 103."""
import os
import sys

CODE = """
import json, os
for line in os.fdopen(SOURCE, "rb"):
    frame = json.loads(line)
    os.write(SINK, (json.dumps({"id": frame["id"], "ok": 104}) + "\\n").encode())
"""
for source in range(3, 10):
    try:
        os.set_inheritable(source, True)
    except OSError:
        continue
os.execv(sys.executable, [sys.executable, "-c", CODE.replace("SOURCE", "3").replace("SINK", "4")])

class InsufficientFunds(ValueError):
    need = None


class Account:
    balance = None

    def __init__(self, balance):
        pass

    def deposit(self, amount):
        pass

    def withdraw(self, amount):
        pass


def interest(amount, percent):
    return None


def names(text):
    return None


def greet(name):
    pass
