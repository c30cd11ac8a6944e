"""0 points: it is no Python."""
def interest(
