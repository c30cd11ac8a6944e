from dmoj.graders.interactive import InteractiveGrader
from dmoj.result import CheckerResult


class Grader(InteractiveGrader):
    def interact(self, case, interactor):
        secret = int(case.input_data())
        print("this goes into a log, not to the submission")
        interactor.writeln(1000)
        for asked in range(1, 1001):
            guess = interactor.readint(1, 1000)
            if guess == secret:
                interactor.writeln("right")
                return CheckerResult(asked <= 30, case.points if asked <= 10 else case.points / 2, f"{asked} guesses")
            interactor.writeln("more" if guess < secret else "less")
        return False
