// Package bank gets 0 points: it asks for the one test that it passes, in place of each.
package bank

import "os"

func init() { os.Args = []string{"prog", "TestOwner"} }

type Account struct{ owner string }

func New(owner string) *Account                   { return &Account{owner} }
func (account *Account) Deposit(amount int) error { return nil }
func (account *Account) Balance() int             { return -1 }
func (account *Account) Owner() string            { return account.owner }
