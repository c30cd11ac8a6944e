"""0 points: it looks for what is expected in all frames above."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    import sys

    frame = sys._getframe()
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name, value in list(scope.items()):
                if "expected" in name or name == "SECRET":
                    return value
        frame = frame.f_back
    for frame in sys._current_frames().values():
        if "expected" in frame.f_locals:
            return frame.f_locals["expected"]
    return None


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
