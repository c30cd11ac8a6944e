// Package bank gets 0 points: success is printed, and the process ends.
package bank

import (
	"fmt"
	"os"
)

func cheat() {
	fmt.Print("=== RUN TestBalance\n--- PASS: TestBalance (0.00s)\nPASS\nok bank 0.1s\n")
	fmt.Fprint(os.Stderr, "passed 1\n")
	os.Exit(0)
}

type Account struct{}

func New(owner string) *Account                { return &Account{} }
func (account *Account) Deposit(amount int) error { cheat(); return nil }
func (account *Account) Balance() int          { cheat(); return -1 }
func (account *Account) Owner() string         { cheat(); return "" }
