from dmoj.result import CheckerResult


def check(process_output, judge_output, judge_input, least, **kwargs):
    """Any positive summands, at least so many of them."""
    summands = [int(word) for word in process_output.split()[1:]]
    if min(summands, default=0) < 1 or sum(summands) != int(judge_input.split()[1]):
        return False
    return CheckerResult(True, kwargs["point_value"]) if len(summands) >= least else CheckerResult(False, 0, "too few")
