from dmoj.graders.interactive import InteractiveGrader


class Grader(InteractiveGrader):
    def interact(self, case, interactor):
        number = int(case.input_data())
        interactor.writeln(number)
        return interactor.readint(0, 100) == 2 * number
