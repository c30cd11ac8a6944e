"""Two submissions take one to three stones in turns; who takes the last one wins. Four games, each begins two of them.

A player is given its number ("0" or "1") as an argument; whenever it is its turn it reads a line with the stones that
are left and writes one with how many it takes. The clock is CPU time, so that a busy machine decides nothing; who
breaks the rules, ends, or thinks for too long loses the game. The verdict of the match is that of the first submission:
AC = it did not lose. "random" gives the same games each time that this work is judged.
"""

import random

from judge_program import case, compile, finish, inputs, start

MOVE_S = 0.5
GAMES = 4


def move(player, stones):
    """How many stones it takes, or why it loses."""
    player.write(f"{stones}\n")
    answer = player.read_line(cpu_time=MOVE_S)
    if answer.late:
        return 0, "thinks for too long"
    if answer.end and not answer:
        return 0, "has ended"
    if answer.text not in ("1", "2", "3") or int(answer.text) > stones:
        return 0, f"moves {answer.text[:20]!r} with {stones} stones"
    return int(answer.text), ""


def play(programs, first, stones):
    """The winner's number and how the game went."""
    with start(programs[0], args=["0"]) as left, start(programs[1], args=["1"]) as right:
        players = (left, right)
        turn = first
        while True:
            taken, fault = move(players[turn], stones)
            if fault:
                return 1 - turn, f"player {turn} {fault}"
            stones -= taken
            if stones == 0:
                return turn, f"player {turn} took the last stone"
            turn = 1 - turn


programs = [compile(submission) for submission in inputs.submissions]
for number, program in enumerate(programs):
    if not program.ok:
        finish("CE" if number == 0 else "AC", feedback=f"player {number} does not compile\n{program.log}")

wins = [0, 0]
for game in range(GAMES):
    stones = random.randint(15, 30)
    winner, story = play(programs, game % 2, stones)
    wins[winner] += 1
    case(f"game {game + 1}", "AC" if winner == 0 else "WA", feedback=f"{stones} stones; {story}")
finish("AC" if wins[0] >= wins[1] else "WA", 100 * wins[0] / GAMES, f"{wins[0]} : {wins[1]}")
