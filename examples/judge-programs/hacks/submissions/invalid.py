print("6 0 7")
