print("Hello  World ")
