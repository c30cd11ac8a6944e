task, number = input().split()
if task == "third":
    print(task, int(number) / 3)
elif task == "lines":
    print("3\n2\nlines 1")
else:
    print(task, *[1] * int(number))
