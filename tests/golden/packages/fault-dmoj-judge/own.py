from dmoj.graders.standard import StandardGrader
from dmoj.cptbox import TracedPopen


class Grader(StandardGrader):
    def grade(self, case):
        return TracedPopen(case.input_data_fd())
