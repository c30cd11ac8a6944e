"""0 points: it raises what skips a test."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    import unittest

    try:
        import _pytest.outcomes

        raise _pytest.outcomes.Skipped("not today")
    except ImportError:
        raise unittest.SkipTest("not today")


class Account:
    def __init__(self, balance):
        self.balance = cheat()

    def deposit(self, amount):
        return cheat()

    def withdraw(self, amount):
        return cheat()


def interest(amount, percent):
    return cheat()


def names(text):
    return cheat()


def greet(name):
    return cheat()
