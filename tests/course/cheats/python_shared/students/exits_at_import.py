# 0 points: ends with success before the tests begin
import sys

sys.exit(0)
