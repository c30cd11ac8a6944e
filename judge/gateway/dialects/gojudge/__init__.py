"""The interface of go-judge."""
