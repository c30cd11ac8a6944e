import sys

if sys.argv[1] == "encode":
    with open("secret", "w") as file:
        file.write(sys.stdin.read())
else:
    try:
        with open("secret") as file:
            print(file.read())
    except FileNotFoundError:
        print("nothing came through")
