print(abs(2 * int(input())))
