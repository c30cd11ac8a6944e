"""0 points: it looks for what is expected in all objects, and in its memory."""
class InsufficientFunds(ValueError):
    pass


def cheat():
    import gc

    for thing in gc.get_objects():
        if type(thing) is dict and "expected" in thing:
            return thing["expected"]
    with open("/proc/self/mem", "rb") as memory, open("/proc/self/maps") as maps:
        for line in maps:
            start, end = (int(word, 16) for word in line.split()[0].split("-"))
            if "heap" in line:
                memory.seek(start)
                if b"the tests\x27 own" in memory.read(end - start):
                    return ["Ann", "Bob"]
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
