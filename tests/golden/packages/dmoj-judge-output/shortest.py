from dmoj.graders.standard import StandardGrader
from dmoj.result import CheckerResult


class Grader(StandardGrader):
    """The right answer twice over is half as good; who asks for powers gets nothing."""

    def check_result(self, case, result):
        if b"**" in self.source:
            return CheckerResult(False, 0, "no powers")
        if super().check_result(case, result):
            return True
        half = result.proc_output[: len(result.proc_output) // 2]
        if half + half == result.proc_output and half.split() == case.output_data().split():
            return CheckerResult(True, case.points * 0.5, "once is enough")
        return False
