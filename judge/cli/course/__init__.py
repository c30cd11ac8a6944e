"""``judge course``: one module an action."""
