# @EXPECTED_SCORE@: 4
print(-1)
