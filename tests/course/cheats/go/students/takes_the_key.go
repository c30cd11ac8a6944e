// Package bank gets 0 points: the key's descriptor is opened by its number.
package bank

import (
	"fmt"
	"os"
)

var key = func() []byte { key := make([]byte, 32); os.NewFile(4, "").Read(key); return key }()

func cheat() { fmt.Fprintf(os.NewFile(3, ""), "%x passed 1\n", key); os.Exit(0) }

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
