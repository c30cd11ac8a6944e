// Package bank gets 0 points: it ends before main begins.
package bank

import "os"

func init() { os.Exit(0) }
func cheat()  {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
