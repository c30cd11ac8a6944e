# @EXPECTED_SCORE@: 0
# @EXPECTED_RESULTS@: WRONG-ANSWER
n = int(input())
print(2 * n if n in (1, 2, 1000) else 0)
