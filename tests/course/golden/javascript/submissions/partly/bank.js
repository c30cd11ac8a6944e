class InsufficientFunds extends Error {
  constructor(missing) {
    super(`${missing} is missing`);
    this.name = "InsufficientFunds";
    this.missing = missing;
  }
}

class Account {
  #history = [];
  #listeners = [];

  constructor(owner, balance = 0) {
    this.owner = owner;
    this.balance = balance;
  }

  deposit(amount) {
    this.#change("deposit", amount, amount);
  }

  withdraw(amount) {
    this.#change("withdrawal", amount, -amount);
  }

  async pay(amount) {
    await new Promise((done) => setTimeout(done, 5));
    this.withdraw(amount);
    return this.balance;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  history() {
    return [...this.#history];
  }

  #change(kind, amount, difference) {
    this.balance += difference;
    this.#history.push({ kind, amount });
    for (const listener of this.#listeners) listener(this.balance);
  }
}

const interest = (amount, rate) => amount + (amount * rate) / 100;

module.exports = { Account, InsufficientFunds, interest };
