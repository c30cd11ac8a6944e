"""Replays what clients asked of another judge, there and here, and compares the answers."""
