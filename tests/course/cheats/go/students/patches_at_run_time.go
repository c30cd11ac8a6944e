// Package bank gets 0 points: code is written over.
package bank

import "syscall"

func cheat() { syscall.Mprotect(nil, 7) }

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
