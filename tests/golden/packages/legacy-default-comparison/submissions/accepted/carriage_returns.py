print("hello\r\nworld\r\n42", end="\r\n")
