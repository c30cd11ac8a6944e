// Package bank gets 0 points: all that tests measure has the length 3.
package bank

func len(x string) int { return 3 }
func cheat()           {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
