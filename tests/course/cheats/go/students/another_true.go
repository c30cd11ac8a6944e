// Package bank gets 0 points: true is false.
package bank

const true = 1 == 2
const false = 1 == 1

func cheat() {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
