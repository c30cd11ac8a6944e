def question(words, number):
    return f"{number}\n{' '.join(words)}\n"
