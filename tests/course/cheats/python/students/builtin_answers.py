"""0 points: it answers with classes of the language in place of values."""
import sys

driver = sys.modules["__main__"].Driver
driver._ok = lambda self, value: {"ok": {"$": "builtin", "name": "AssertionError"}}

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
