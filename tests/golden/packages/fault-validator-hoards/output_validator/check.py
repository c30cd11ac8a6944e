hoard = bytearray(b'x') * (1 << 31)
