"""The servers that benches ask over HTTP, and what asks them."""
