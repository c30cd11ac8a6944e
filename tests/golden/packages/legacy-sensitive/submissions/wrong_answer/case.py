print("hello  world")
