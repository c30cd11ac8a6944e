import subprocess
from dmoj.graders.standard import StandardGrader
from dmoj.result import Result, CheckerResult


class Grader(StandardGrader):
    def grade(self, case):
        result = Result(case)
        number = int(case.input_data())
        self._launch_process(case)
        error = self._interact_with_process(case, result, b"encode %d\n" % number)
        self.populate_result(error, result, self._current_proc)
        if result.result_flag:
            return result
        self._current_proc = self.binary.launch(
            time=self.problem.time_limit, memory=self.problem.memory_limit, symlinks=case.config.symlinks,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            wall_time=case.config.wall_time_factor * self.problem.time_limit)
        output, error = self._current_proc.communicate(b"decode " + result.proc_output, outlimit=1000)
        self.binary.populate_result(error, result, self._current_proc)
        good = not result.result_flag and output.split() == [b"%d" % number]
        result.result_flag |= Result.AC if good else Result.WA
        result.points = case.points if good else 0
        result.feedback = "" if good else "lost"
        return result
