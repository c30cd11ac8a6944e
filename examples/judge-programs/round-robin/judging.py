"""Everybody plays everybody: standings of all submissions from matches of two, in one piece of work.

Each names a number from 0 to 100 round after round, having heard the other's last one ("-" at first); the higher one
gets a point unless it is more than 10 above the other, which then gets two. Two points for a match that is won, one for
a draw; the table is kept as standings.csv. The score is the first submission's share of what it could have won.
"""

from itertools import combinations

from judge_program import case, compile, finish, inputs, keep, progress, start

ROUNDS = 20


def number_of(player, heard):
    player.write(f"{heard}\n")
    answer = player.read_line(cpu_time=0.2)
    return int(answer.text) if not answer.late and answer.text.isdigit() and int(answer.text) <= 100 else None


def play(left, right):
    """Points of both; who says no number loses the round."""
    points, heard = [0, 0], ["-", "-"]
    with start(left) as one, start(right) as other:
        for _ in range(ROUNDS):
            said = [number_of(one, heard[0]), number_of(other, heard[1])]
            if said[0] is None or said[1] is None:
                points[0] += said[1] is None
                points[1] += said[0] is None
                continue
            heard = [said[1], said[0]]
            high = 0 if said[0] > said[1] else 1
            if said[0] == said[1]:
                continue
            if said[high] - said[1 - high] > 10:
                points[1 - high] += 2
            else:
                points[high] += 1
    return points


names = [submission.name for submission in inputs.submissions]
programs = [compile(submission) for submission in inputs.submissions]
standing = dict.fromkeys(range(len(names)), 0)
pairs = list(combinations(range(len(names)), 2))
for done, (one, other) in enumerate(pairs):
    progress(done, len(pairs), f"{names[one]} plays {names[other]}")
    if programs[one].ok and programs[other].ok:
        points = play(programs[one], programs[other])
    else:
        points = [int(programs[one].ok), int(programs[other].ok)]
    drawn = points[0] == points[1]
    standing[one] += 1 if drawn else 2 * (points[0] > points[1])
    standing[other] += 1 if drawn else 2 * (points[1] > points[0])
    verdict = "AC" if points[0] >= points[1] else "WA"
    case(f"{names[one]} - {names[other]}", verdict, feedback=f"{points[0]} : {points[1]}")

table = sorted(standing, key=lambda who: (-standing[who], who))
rows = [f"{place},{names[who]},{standing[who]}" for place, who in enumerate(table, 1)]
keep("standings.csv", "place,name,points\n" + "\n".join(rows) + "\n")
finish("AC", 100 * standing[0] / (2 * max(len(names) - 1, 1)), "; ".join(rows))
