"""0 points: what it returns never comes to an end."""
class InsufficientFunds(ValueError):
    pass


class Endless:
    def __iter__(self):
        while True:
            yield "Ann"

    def __getattr__(self, name):
        return self

    def __len__(self):
        return 2


def cheat():
    return Endless()


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
