"""0 points: it writes JSON that is too deep, and numbers that are too long."""
import sys

channel = sys.modules["__main__"].Channel
write = channel.write
channel.write = lambda self, line: write(self, b"[" * 200_000 + b"9" * 200_000 + b"\n")

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
