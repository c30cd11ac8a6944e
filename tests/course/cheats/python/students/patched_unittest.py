"""0 points: it patches unittest."""
import unittest
import unittest.case
import unittest.result

for name in dir(unittest.TestCase):
    if name.startswith("assert"):
        setattr(unittest.TestCase, name, lambda *args, **kwargs: None)
unittest.result.TestResult.addFailure = unittest.result.TestResult.addSuccess
unittest.result.TestResult.addError = lambda self, test, error: self.addSuccess(test)
unittest.case._Outcome.testPartExecutable = lambda *args, **kwargs: open("/dev/null")

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
