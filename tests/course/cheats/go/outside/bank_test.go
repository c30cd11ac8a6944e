package bank_test

import (
	"bank"
	"testing"
)

func TestErrors(t *testing.T) {
	if err := bank.New("me").Deposit(-1); err == nil {
		t.Fatal("less than nothing was taken")
	}
}
