print(1000 // int(input()))
