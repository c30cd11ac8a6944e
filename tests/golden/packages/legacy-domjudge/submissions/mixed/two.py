# @EXPECTED_RESULTS@: WRONG-ANSWER, RUN-ERROR
assert int(input()) < 3
print(0)
