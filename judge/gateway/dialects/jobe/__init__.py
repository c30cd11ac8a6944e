"""The interface of Jobe."""
