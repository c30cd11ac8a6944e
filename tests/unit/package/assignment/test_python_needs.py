from __future__ import annotations

import msgspec
import pytest

from judge.model.assignment import CoursePart, Isolation, PartKind, Process
from judge.package.assignment.python_needs import python_needs

PART = CoursePart(name="unit", kind=PartKind.UNIT_TESTS, framework="pytest", module="bank", in_place=("sort_all",))
HEAD = "import bank\nfrom bank import Account, sort\n"


def found(text: str, part: CoursePart = PART) -> list[tuple[int, str]]:
    """What is said of a text."""
    return list(python_needs(text, part, ()))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("from bank import *\n", 3, "one by one"),
        ("ONE = Account(1)\n", 3, "Account() is called while"),
        ("class A(bank.Account):\n    pass\n", 3, "extends bank.Account"),
        ("@mark.parametrize('x', [bank.f(1)])\ndef test(x):\n    pass\n", 3, "bank.f() is called while"),
        ("class TestA:\n    one = Account(1)\n", 4, "is called while"),
        ("def test(tmp_path):\n    bank.load(tmp_path)\n", 3, "files in tmp_path"),
        ("def test(caplog):\n    pass\n", 3, "logs"),
        ("def test():\n    with pytest.warns(UserWarning):\n        bank.f()\n", 4, "warnings"),
        ("def test():\n    inspect.getsource(bank.f)\n", 4, "proxy"),
        ("def test():\n    importlib.reload(bank)\n", 4, "reloaded"),
        ("def test(monkeypatch):\n    monkeypatch.setattr(bank, 'clock', Clock())\n", 4, "a value or a function"),
        ("def test():\n    with mock.patch('bank.requests'):\n        pass\n", 4, "return_value"),
        ("@mock.patch.object(bank, 'f')\ndef test(f):\n    pass\n", 3, "return_value"),
        ("def test():\n    xs = [2, 1]\n    sort(xs)\n    assert xs == [1, 2]\n", 5, "in_place: [sort]"),
        ("@pytest.fixture(scope='module')\ndef a():\n    return Account(1)\n", 4, "process: all"),
        ("class A(T):\n    @classmethod\n    def setUpClass(cls):\n        cls.a = Account(1)\n", 5, "process: all"),
        ("def test(:\n", 3, "no Python"),
        ("(" * 3000, 0, "no Python"),
        ("x = " + "-" * 200_000 + "1\n", 0, "no Python"),
        ("x = 1\n" * 100_000, 1, "too large"),
    ],
)
def test_what_needs_more_is_named_with_its_line(text: str, line: int, words: str) -> None:
    said = found(HEAD + text)
    assert [words in reason for _, reason in said] == [True], said
    assert said[0][0] == line or not line


@pytest.mark.parametrize(
    "text",
    [
        "def test():\n    assert isinstance(Account(1), bank.Account)\n    assert bank.f(3) == 4\n",
        "def test(monkeypatch):\n    monkeypatch.setattr(bank, 'f', lambda: 3)\n",
        "def test(monkeypatch):\n    monkeypatch.setattr(bank, 'RATE', 3)\n",
        "def test():\n    with mock.patch('bank.random.randint', return_value=3):\n        bank.f()\n",
        "def test():\n    with mock.patch('other.thing'):\n        pass\n",
        "@pytest.fixture\ndef a():\n    return Account(1)\n",
        "def test(capsys):\n    xs = [1]\n    bank.sort_all(xs)\n    bank.greet(name)\n",
        "@mark.parametrize('kind', [Account, bank.Account])\ndef test(kind):\n    kind(1)\n",
        "ONE = lambda: Account(1)\n",
    ],
)
def test_what_the_protocol_carries_is_not_named(text: str) -> None:
    assert found(HEAD + text) == []


def test_one_process_for_all_may_be_shared_by_tests() -> None:
    part = CoursePart(name="unit", kind=PartKind.UNIT_TESTS, module="bank", process=Process.ALL)
    assert found(HEAD + "@pytest.fixture(scope='module')\ndef a():\n    return Account(1)\n", part) == []


def test_where_a_process_is_shared_only_the_list_of_tests_needs_more() -> None:
    text = (
        "from bank import *\nclass Own(Account):\n    pass\ndef test(tmp_path, caplog):\n    importlib.reload(bank)\n"
    )
    shared = msgspec.structs.replace(PART, isolation=Isolation.SHARED)
    assert [(line, "give a 'reference'" in words) for line, words in found(HEAD + text, shared)] == [
        (3, True),
        (4, True),
    ]
    assert list(python_needs(HEAD + text, shared, ("class Account: ...",))) == []
