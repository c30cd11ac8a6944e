"""The interface of Piston."""
