"""0 points: it replaces modules of its process by itself."""
import sys

for name in list(sys.modules):
    if name.startswith(("judge_apart", "unittest", "_pytest", "pytest", "operator")):
        sys.modules[name] = sys.modules[__name__]

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
