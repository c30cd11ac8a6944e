print("1000.005" if input() == "a" else "9.5e2")
