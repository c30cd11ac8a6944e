print("3.1415")
