"""0 points: it forks, and both answer."""
import os

os.fork()

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
