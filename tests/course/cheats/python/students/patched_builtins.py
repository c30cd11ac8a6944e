"""0 points: it patches built-in functions and types' ways to compare."""
import builtins
import operator

builtins.isinstance = lambda *args: True
builtins.issubclass = lambda *args: True
builtins.len = lambda thing: 1
builtins.abs = lambda number: 0
builtins.sorted = list
builtins.hasattr = lambda *args: True
operator.eq = operator.lt = operator.contains = lambda a, b: True
operator.ne = lambda a, b: False

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
