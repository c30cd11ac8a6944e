# @EXPECTED_RESULTS@: WRONG-ANSWER
print(2 * int(input()))
