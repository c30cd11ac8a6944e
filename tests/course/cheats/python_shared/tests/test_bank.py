import bank
import pytest


class Careful(bank.Account):
    """Extends what the student has made."""


def test_a_patched_module(monkeypatch):
    monkeypatch.setattr(bank, "RATE", 7)
    monkeypatch.setattr("bank.today", lambda: "Monday")
    assert bank.interest(200) == 14 and type(bank.interest(200)) is int
    assert bank.greeting() == "Monday"


def test_classes():
    account = Careful(5)
    assert isinstance(account, bank.Account) and account.balance == 5
    with pytest.raises(ValueError, match="only 5"):
        account.withdraw(6)
