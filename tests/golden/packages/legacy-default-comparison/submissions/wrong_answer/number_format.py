print("Hello World 42.0")
