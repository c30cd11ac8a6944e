"""What is said in the place of what a role may not see."""

#: What a contestant is told of a fault that is the setter's or ours.
JUDGE_ERROR = "could not be judged; the fault is not the program's"

#: What everybody is told of coursework in the place of a verdict.
NOT_SHOWN = "what came of it is not shown to everybody"
