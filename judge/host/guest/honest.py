# tries: nothing: an honest program among the others
# expect: EXITED 0
import os
import sys
import threading

answers = []
thread = threading.Thread(target=lambda: answers.append(sum(range(1000))))
thread.start()
thread.join()
child = os.fork()
if child == 0:
    os._exit(7)
_, status = os.waitpid(child, 0)
with open("/tmp/scratch", "w+") as file:
    file.write("kept")
    file.seek(0)
    answers += [file.read(), os.waitstatus_to_exitcode(status), sys.stdin.readline(), os.getcwd()]
if answers != [499500, "kept", 7, "input\n", "/work"]:
    sys.exit(f"wrong: {answers}")
