// Package bank gets 0 points: it recovers from what it has done itself.
package bank

func cheat() {
	defer func() { recover() }()
	panic("PASS")
}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
