"""What tests of pytest may do with a module that lies in another container. Those that end in ``_fails`` fail."""

import asyncio
import dataclasses
import io
import json
import math
import unittest.mock

import bank
import pytest
from bank import RATE, Account, Color, InsufficientFunds, Point, Savings, fib


@pytest.fixture
def account():
    return Account(10)


def test_objects(account):
    assert account.balance == 10
    account.deposit(5)
    assert account.balance == 15
    assert account.deposit(1).balance == 16
    assert account.log == [5, 1] and len(account) == 2 and list(account) == [5, 1]
    assert account.deposit(1) is account
    account.owner = "Ann"
    assert account.owner == "Ann" and not hasattr(account, "nothing")
    del account.owner
    assert not hasattr(account, "owner")
    assert Account.of(3).balance == 3 and str(account) == f"{account}" == "Account(17)"


def test_exceptions(account):
    with pytest.raises(InsufficientFunds, match="need 20") as caught:
        account.withdraw(20)
    assert caught.value.need == 20 and isinstance(caught.value, ValueError)
    with pytest.raises(ValueError):
        account.deposit(-1)
    with pytest.raises(bank.InsufficientFunds):
        account.withdraw(100)
    with pytest.raises(SystemExit) as left:
        bank.leave_by_exit()
    assert left.value.code == 3
    with pytest.raises(AttributeError):
        account.nothing
    try:
        account.withdraw(30)
    except InsufficientFunds as error:
        assert str(error) == "need 30, have 10"
    assert InsufficientFunds(7, 8).need == 7


@pytest.mark.parametrize(("n", "expected"), [(1, 1), (2, 1), (10, 55)])
def test_parameters(n, expected):
    assert fib(n) == expected


class TestOperators:
    def test_of_two_objects(self, account):
        assert account + account == Account(20) and account < Account(11) and account != Account(9)
        with account as same:
            assert same is account
        assert account.closed is True

    def test_classes(self, account):
        assert isinstance(account, Account) and not isinstance(5, Account) and isinstance(Savings(1), Account)
        assert issubclass(Savings, Account) and callable(fib) and not callable(account)
        assert Savings(4).interest() == 2.0 and RATE == 0.5 and bank.RATE * 2 == 1 and pytest.approx(0.5) == RATE

    def test_the_students_equal_is_not_asked_about_values(self, account):
        assert account != 10 and 5 not in [account]
        with pytest.raises(TypeError):
            account < 5


def test_values():
    data, numbers, pairs, large, nan = bank.data()
    assert data == b"\x00\xff" and numbers == {1, 2} and pairs == {(1, 2): None} and large == 2**100
    assert math.isnan(nan) and bank.count("aab") == {"a": 2, "b": 1}
    assert bank.stack() == [1, 2] and bank.stack()[0] == 1 and 2 in bank.stack()
    assert Color.RED.value == 1 and Color.RED is bank.Color.RED and Color["RED"].name == "RED" and len(Color) == 1
    assert Point(1, 2) == (1, 2) and Point(1, 2).x == 1


def test_generators_are_read_one_by_one():
    numbers = bank.gen()
    assert [next(numbers) for _ in range(3)] == [0, 1, 2]
    assert [number for number, _ in zip(numbers, range(2))] == [3, 4]


def test_input_and_output(capsys, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "Ann")
    bank.greet()
    assert capsys.readouterr().out == "Hello Ann\n"
    monkeypatch.undo()
    monkeypatch.setattr("sys.stdin", io.StringIO("Bob\n"))
    bank.greet()
    assert capsys.readouterr().out == "Name? Hello Bob\n"
    bank.complain()
    printed = capsys.readouterr()
    assert printed.err == "oh\n" and printed.out == "from a shell\n"


def test_output_comes_before_what_is_asked_after_it(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Bob\n\u00e9\na\u00e9\n"))
    bank.talk(lambda: print("asked") or 5)
    lines = "Welcome\nName? asked\nHello Bob 5\n"
    assert capsys.readouterr().out == lines + "b'\\xc3\\xa9\\n' b'a\\xc3' b'\\xa9\\n'\n"


def test_exceptions_of_the_standard_library():
    with pytest.raises(json.JSONDecodeError) as caught:
        bank.parse("{")
    assert caught.value.pos == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        bank.Frozen(1).x = 2


def test_functions_of_the_tests():
    assert bank.apply(lambda x: x + 1, 2) == 3 and bank.apply(len, "abc") == 3 and bank.apply(math.sqrt, 4.0) == 2
    with pytest.raises(ZeroDivisionError):
        bank.apply(lambda x: x / 0, 1)
    mock = unittest.mock.Mock(return_value=4)
    assert bank.apply(mock, 2) == 4
    mock.assert_called_once_with(2)
    assert bank.apply(lambda x: bank.apply(lambda y: y * 2, x) + 1, 5) == 11
    assert bank.apply(lambda account: account.balance, Account(8)) == 8


def test_patches_of_the_module(monkeypatch):
    monkeypatch.setattr(bank, "fib", lambda n: 42)
    assert bank.fib(3) == 42
    monkeypatch.undo()
    assert bank.fib(3) == 2
    with unittest.mock.patch("bank.random.randint", return_value=9):
        assert bank.roll() == 9
    assert 1 <= bank.roll() <= 6


def test_coroutines():
    assert asyncio.run(bank.later(1)) == 2


def test_every_test_finds_the_module_as_it_was_1():
    bank.fib = None
    assert bank.fib is None


def test_every_test_finds_the_module_as_it_was_2():
    assert bank.fib(3) == 2


def test_arguments_are_copies():
    numbers = [2, 1]
    bank.sort(numbers)
    assert numbers == [2, 1]
    bank.sort_in_place(numbers)
    assert numbers == [1, 2]


def test_operators_that_the_assignment_allows():
    assert bank.Number(3) == 3 and bank.Number(3) + 4 == 7 and 4 + bank.Number(3) == 7 and bank.Number(3) < 4


def test_what_cannot_be_copied():
    with pytest.raises(ValueError, match="refers to itself"):
        bank.itself()


@pytest.mark.skip(reason="not this year")
def test_skipped():
    pass


def test_wrong_value_fails(account):
    assert account.balance == 11


def test_death_fails():
    with pytest.raises(BaseException):
        bank.leave()


def test_loop_fails():
    with pytest.raises(BaseException):
        bank.loop()


def test_object_of_the_tests_fails():
    bank.apply(print, object())


def test_surprise_fails(account):
    account.withdraw(99)


def test_tests_own_time_fails():
    while True:
        pass


def test_endless_values_fails():
    assert sum(1 for _ in bank.gen()) == 5
