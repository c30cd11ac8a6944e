// Package bank gets 3 points: all of it is right.
package bank

import "errors"

type Account struct {
	owner   string
	balance int
}

func New(owner string) *Account { return &Account{owner: owner} }

func (account *Account) Deposit(amount int) error {
	if amount < 0 {
		return errors.New("less than nothing")
	}
	account.balance += amount
	return nil
}

func (account *Account) Balance() int  { return account.balance }
func (account *Account) Owner() string { return account.owner }
