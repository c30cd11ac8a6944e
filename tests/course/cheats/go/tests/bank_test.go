package bank

import "testing"

var wanted = []int{2, 40, 42}

func TestBalance(t *testing.T) {
	account := New("me")
	account.Deposit(wanted[0])
	account.Deposit(wanted[1])
	if account.Balance() != wanted[2] {
		t.Errorf("want %d", wanted[2])
	}
}

func TestOwner(t *testing.T) {
	if owner := New("you").Owner(); owner != "you" || len(owner) != 3 {
		t.Fatal("another owner")
	}
}
