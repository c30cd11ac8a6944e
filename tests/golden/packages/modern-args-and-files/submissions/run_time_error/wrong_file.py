import sys

print(open('chart.txt').read() if sys.argv[1:] else 'no table')
