def number_of(text):
    words = text.split()
    return int(words[0]) if len(words) == 1 and words[0].lstrip("-").isdigit() else None
