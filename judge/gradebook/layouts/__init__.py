"""How a folder of a whole class is laid out: one module a system that it may come from."""
