class Account {
  constructor(owner, balance) {
    this.owner = balance;
    this.balance = owner;
  }
  deposit() {}
  withdraw() {}
  history() { return undefined; }
  async pay() {}
  onChange() {}
}

module.exports = { Account, InsufficientFunds: class extends Error {}, interest: (amount) => amount };
