"""Batches: how their lines come in, and how they are handed in and collected."""
