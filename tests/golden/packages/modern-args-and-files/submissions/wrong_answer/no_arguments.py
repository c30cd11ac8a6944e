import sys

print('no table', *sys.argv[1:])
