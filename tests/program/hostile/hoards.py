"""Takes memory until it is stopped."""

held = []
while True:
    held.append(bytearray(16 << 20))
