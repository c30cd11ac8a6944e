print("Hello World 42 43")
