"""Assignments made of what other systems have. They are written, never run."""
