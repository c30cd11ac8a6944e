def twice(n):
    return 3 * n
