import collections, dataclasses, enum, sys, random
RATE = 0.5
class InsufficientFunds(ValueError):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need = need
class Color(enum.Enum):
    RED = 1
Point = collections.namedtuple("Point", "x y")
class Account:
    def __init__(self, balance=0):
        self.balance = balance
        self._log = []
    def deposit(self, n):
        if n <= 0: raise ValueError("must be positive")
        self.balance += n
        self._log.append(n)
        return self
    def withdraw(self, n):
        if n > self.balance: raise InsufficientFunds(n, self.balance)
        self.balance -= n
    @property
    def log(self): return list(self._log)
    def __len__(self): return len(self._log)
    def __iter__(self): return iter(self._log)
    def __eq__(self, o): return isinstance(o, Account) and o.balance == self.balance
    def __hash__(self): return 1
    def __lt__(self, o): return self.balance < o.balance
    def __add__(self, o): return Account(self.balance + o.balance)
    def __repr__(self): return f"Account({self.balance})"
    def __enter__(self): return self
    def __exit__(self, *a): self.closed = True
    @classmethod
    def of(cls, n): return cls(n)
    def __contains__(self, n): return n in self._log
class Savings(Account):
    def interest(self): return self.balance * RATE
class Stack(list):
    pass
def fib(n): return n if n < 2 else fib(n-1)+fib(n-2)
def gen():
    a = 0
    while True:
        yield a
        a += 1
def greet():
    name = input("Name? ")
    print("Hello", name)
def apply(f, x): return f(x)
def sort(xs): xs.sort()
def sort_in_place(xs): xs.sort()
def complain():
    import os
    print('oh', file=sys.stderr)
    os.system('echo from a shell')
def loop():
    while True: pass
def leave(): import os; os._exit(0)
def leave_by_exit(): sys.exit(3)
def roll(): return random.randint(1, 6)
def count(s): return collections.Counter(s)
async def later(x): return x + 1
def itself():
    x = []
    x.append(x)
    return x
def data(): return b"\x00\xff", {1, 2}, {(1, 2): None}, 2**100, float("nan")
def stack():
    s = Stack(); s += [1, 2]; return s
class Number:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == (o.n if isinstance(o, Number) else o)
    def __hash__(self): return hash(self.n)
    def __add__(self, o): return Number(self.n + o)
    __radd__ = __add__
    def __lt__(self, o): return self.n < o
def talk(ask):
    print("Welcome")
    name = input("Name? ")
    print("Hello", name, ask())
    print(sys.stdin.buffer.readline(), sys.stdin.buffer.read(2), sys.stdin.buffer.read())
def parse(text):
    import json
    return json.loads(text)
@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
