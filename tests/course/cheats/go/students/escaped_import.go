// Package bank gets 0 points: the name of a package is written in another way.
package bank

import "un\x73afe"

var size = unsafe.Sizeof(0)

func cheat() {}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
