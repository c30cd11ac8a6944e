with open("double.in") as given, open("double.out", "w") as made:
    print(2 * int(given.read()), file=made)
print("done")
