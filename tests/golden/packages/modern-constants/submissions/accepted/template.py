print({{factor}} * int(input()), "{{word}}")
