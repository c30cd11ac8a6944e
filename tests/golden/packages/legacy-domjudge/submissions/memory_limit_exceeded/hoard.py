hoard = bytearray(b'x') * (1 << 30)
print(2 * int(input()))
