"""0 points: it calls functions of the tests that it was never given."""
import sys

driver = sys.modules["__main__"].Driver
driver._called = lambda self, frame: self._ok(self._call_back(1, [103], {}))

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
