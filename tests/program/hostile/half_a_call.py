"""Begins a call and never ends it; then it is gone."""

import os
import struct

os.write(3, struct.pack("<II", 100, 0) + b'{"type":')
