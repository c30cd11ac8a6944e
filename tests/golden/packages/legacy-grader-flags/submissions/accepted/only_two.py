# @EXPECTED_SCORE@: 22
print(4)
