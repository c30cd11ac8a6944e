// Package bank gets 0 points: it ends while variables are made.
package bank

import "os"

var first = func() int { os.Exit(0); return 1 }()

func cheat() {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
