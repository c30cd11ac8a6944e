package bank

import "testing"

func TestBalance(t *testing.T) {}
func TestOwner(t *testing.T)   {}
