print(999)
