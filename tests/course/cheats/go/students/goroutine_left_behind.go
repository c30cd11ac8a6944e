// Package bank gets 0 points: a goroutine ends the process later.
package bank

import (
	"os"
	"time"
)

func init()  { go func() { time.Sleep(time.Microsecond); os.Exit(0) }() }
func cheat() { select {} }

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
