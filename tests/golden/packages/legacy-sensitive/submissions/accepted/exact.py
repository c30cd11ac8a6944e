print("Hello  World")
