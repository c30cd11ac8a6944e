print("even")
