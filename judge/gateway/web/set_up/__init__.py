"""Signing in and out, the first key of an admin, and what a caller may."""
