from dmoj.graders.standard import StandardGrader
from dmoj.result import CheckerResult


class Grader(StandardGrader):
    """The right answer twice over is half as good."""

    def check_result(self, case, result):
        if super().check_result(case, result):
            return True
        half = result.proc_output[: len(result.proc_output) // 2]
        if half + half == result.proc_output and half.split() == case.output_data().split():
            return CheckerResult(True, case.points * 0.5, "once is enough")
        return False
