"""0 points: there is nothing in it."""

