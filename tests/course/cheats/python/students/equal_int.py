"""0 points: it returns a int that says that it is equal."""
class InsufficientFunds(ValueError):
    pass


class Equal(int):
    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __sub__ = __rsub__ = lambda self, other: 0
    __abs__ = lambda self: 0


def cheat():
    return Equal()


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
