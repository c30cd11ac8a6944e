from dmoj.checkers import sorted as in_any_order
from dmoj.result import CheckerResult


def check(process_output, judge_output, judge_input, point_value, least, **kwargs):
    """Points by the share of the proper divisors that were found."""
    wanted = {int(word) for word in judge_output.split()}
    given = [int(word) for word in process_output.decode("ascii").split()]
    if any(number < least or int(judge_input) % number for number in given):
        return CheckerResult(False, 0, "that is no divisor")
    if in_any_order.check(process_output, judge_output, split_on="whitespace"):
        return True
    return CheckerResult(True, point_value * len(wanted & set(given)) / len(wanted), "some are missing")
