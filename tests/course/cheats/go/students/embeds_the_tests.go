// Package bank gets 0 points: files are embedded.
package bank

import _ "embed"

//go:embed *_test.go
var text string

func cheat() {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
