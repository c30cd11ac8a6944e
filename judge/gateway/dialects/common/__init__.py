"""What all dialects have in common."""
