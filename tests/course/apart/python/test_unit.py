import unittest

import bank


class BankTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = bank.Account(1)

    def setUp(self):
        self.account = bank.Account(10)
        self.shared.deposit(1)

    def test_a(self):
        with self.assertRaises(bank.InsufficientFunds) as caught:
            self.account.withdraw(11)
        self.assertEqual(caught.exception.need, 11)
        self.assertEqual(self.shared.balance, 2)

    def test_b_one_process_serves_all(self):
        self.assertEqual(self.shared.balance, 3)
        for amount in (1, 2):
            with self.subTest(amount=amount):
                self.assertIs(self.account.deposit(amount), self.account)

    def test_c_death_fails(self):
        bank.leave()

    def test_d_what_was_before_a_death_is_gone_fails(self):
        self.assertEqual(self.shared.balance, 4)

    @unittest.skip("not this year")
    def test_e_skipped(self):
        pass


class AgainTest(unittest.TestCase):
    def test_f_a_death_costs_only_its_own_test(self):
        self.assertEqual(bank.Account(1).balance, 1)

    def test_g_subtest_fails(self):
        with self.subTest("one"):
            self.assertEqual(bank.fib(2), 2)
