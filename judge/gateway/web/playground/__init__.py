"""The playground: write a program and run it."""
