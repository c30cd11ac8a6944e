// Package bank gets 0 points: types are changed at run time.
package bank

import "reflect"

func cheat() { reflect.ValueOf(1) }

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
