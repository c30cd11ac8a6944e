"""Frozen values only: what the rooms of the house hand to each other. No I/O lives here.

The model type is the wire form: :mod:`judge.wire` encodes exactly these structs.
"""
