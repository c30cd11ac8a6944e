// What compilers really said (their own words), and where a mark is to be.

import assert from "node:assert/strict";
import test from "node:test";

const { marksIn } = await import(process.env.JUDGE_TEST_MODULES + "/workbench/marks.js");

const CASES = {
  gcc: [
    "main.c: In function 'main':\nmain.c:3:3: error: 'x' undeclared (first use in this function)\n    3 |   x = 1;\n      |   ^\nmain.c:3:3: note: each undeclared identifier is reported only once\nmain.c:4:7: warning: unused variable 'y' [-Wunused-variable]\n",
    ["main.c"],
    [
      ["main.c", 3, 3, "error", "'x' undeclared (first use in this function)"],
      ["main.c", 4, 7, "warning", "unused variable 'y' [-Wunused-variable]"],
    ],
  ],
  "g++ of a header": [
    "In file included from main.cpp:1:\nhelp.h:2:1: error: expected ';' after class definition\n",
    ["main.cpp", "help.h"],
    [["help.h", 2, 1, "error", "expected ';' after class definition"]],
  ],
  "a lone file under its language's name": [
    "Main.java:3: error: ';' expected\n    int x = 1\n             ^\n1 error\n",
    ["program.java"],
    [["program.java", 3, 0, "error", "';' expected"]],
  ],
  rust: [
    "error[E0425]: cannot find value `y` in this scope\n --> main.rs:2:20\n  |\n2 |     println!(\"{}\", y);\n  |                    ^ not found in this scope\n\nwarning: unused variable: `z`\n --> main.rs:3:9\n\nerror: aborting due to 1 previous error\n",
    ["main.rs"],
    [
      ["main.rs", 2, 20, "error", "cannot find value `y` in this scope"],
      ["main.rs", 3, 9, "warning", "unused variable: `z`"],
    ],
  ],
  go: ["# command-line-arguments\n./main.go:4:2: undefined: x\n", ["main.go"], [["main.go", 4, 2, "error", "undefined: x"]]],
  "python, a syntax error": [
    '  File "main.py", line 2\n    print("unclosed"\n         ^\nSyntaxError: \'(\' was never closed\n',
    ["main.py"],
    [["main.py", 2, 0, "error", "SyntaxError: '(' was never closed"]],
  ],
  "python, a run that failed": [
    'Traceback (most recent call last):\n  File "/run/main.py", line 5, in <module>\n    f()\n  File "/run/help.py", line 2, in f\n    return 1 / 0\n           ~~^~~\nZeroDivisionError: division by zero\n',
    ["main.py", "help.py"],
    [["help.py", 2, 0, "error", "ZeroDivisionError: division by zero"]],
  ],
  node: [
    "/run/main.js:2\nlet x = ;\n        ^\n\nSyntaxError: Unexpected token ';'\n    at wrapSafe (node:internal/modules/cjs/loader:1378:20)\n",
    ["main.js"],
    [["main.js", 2, 0, "error", "SyntaxError: Unexpected token ';'"]],
  ],
  "java, a run that failed": [
    'Exception in thread "main" java.lang.ArithmeticException: / by zero\n\tat Main.f(Main.java:7)\n\tat Main.main(Main.java:3)\n',
    ["main.java"],
    [["main.java", 7, 0, "error", 'Exception in thread "main" java.lang.ArithmeticException: / by zero']],
  ],
  typescript: ["main.ts(2,5): error TS2322: Type 'string' is not assignable to type 'number'.\n", ["main.ts"], [["main.ts", 2, 5, "error", "Type 'string' is not assignable to type 'number'."]]],
  csharp: ["main.cs(4,9): error CS1002: ; expected [/work/prog.csproj]\n", ["main.cs"], [["main.cs", 4, 9, "error", "; expected [/work/prog.csproj]"]]],
  pascal: ["main.pas(3,1) Fatal: Syntax error, \";\" expected but \"END\" found\n", ["main.pas"], [["main.pas", 3, 1, "error", 'Syntax error, ";" expected but "END" found']]],
  haskell: [
    "main.hs:3:8: error: [GHC-88464]\n    Variable not in scope: foo :: IO ()\n  |\n3 | main = foo\n",
    ["main.hs"],
    [["main.hs", 3, 8, "error", "Variable not in scope: foo :: IO ()"]],
  ],
  ocaml: [
    'File "main.ml", line 2, characters 8-11:\n2 | let x = foo\n            ^^^\nError: Unbound value foo\n',
    ["main.ml"],
    [["main.ml", 2, 9, "error", "Unbound value foo"]],
  ],
  fortran: [
    "main.f90:3:7:\n\n    3 |   x = 1\n      |       1\nError: Symbol 'x' at (1) has no IMPLICIT type\n",
    ["main.f90"],
    [["main.f90", 3, 7, "error", "Symbol 'x' at (1) has no IMPLICIT type"]],
  ],
  php: ["PHP Parse error:  syntax error, unexpected end of file in /run/main.php on line 4\n", ["main.php"], [["main.php", 4, 0, "error", "PHP Parse error:  syntax error, unexpected end of file"]]],
  perl: ['syntax error at main.pl line 3, near "x y"\n', ["main.pl"], [["main.pl", 3, 0, "error", 'syntax error near "x y"']]],
  ruby: ["main.rb:2:in 'f': undefined local variable or method 'x' for main (NameError)\n", ["main.rb"], [["main.rb", 2, 0, "error", "in 'f': undefined local variable or method 'x' for main (NameError)"]]],
  lua: ["lua: main.lua:2: '=' expected near 'y'\n", ["main.lua"], [["main.lua", 2, 0, "error", "'=' expected near 'y'"]]],
  bash: ["main.sh: line 3: syntax error near unexpected token `fi'\n", ["main.sh"], [["main.sh", 3, 0, "error", "syntax error near unexpected token `fi'"]]],
  kotlin: ["main.kt:2:13: error: unresolved reference 'foo'.\n", ["main.kt"], [["main.kt", 2, 13, "error", "unresolved reference 'foo'."]]],
  scala: [
    "-- [E007] Type Mismatch Error: main.scala:2:15 ----\n2 |  val x: Int = \"a\"\n  |               ^^^\n  |               Found:    (\"a\" : String)\n",
    ["main.scala"],
    [["main.scala", 2, 15, "error", 'Found:    ("a" : String)']],
  ],
  nim: ["main.nim(2, 6) Error: undeclared identifier: 'foo'\n", ["main.nim"], [["main.nim", 2, 6, "error", "undeclared identifier: 'foo'"]]],
  "output that names no file": ["other.c:3:3: error: no\nat line 3\n12:30:45 done\n", ["main.c", "help.c"], []],
  nothing: ["", ["main.c"], []],
};

for (const [name, [log, names, wanted]] of Object.entries(CASES)) {
  test(name, () => {
    const found = marksIn(log, names).map((mark) => [mark.file, mark.line, mark.column, mark.severity, mark.message]);
    assert.deepEqual(found, wanted);
  });
}

test("what a hostile program says takes no long time, and gives few marks", () => {
  const names = ["main.c", "a+(b)[c].c", "a"];
  const logs = ["a/".repeat(400_000), "main.c:".repeat(200_000), `${"main.c:1:1: error: x\n".repeat(100_000)}`, "(".repeat(1e6), ' File "main.c", line 1\n'.repeat(50_000)];
  const began = process.cpuUsage();
  for (const log of logs) assert.ok(marksIn(log, names).length <= 100);
  assert.ok(process.cpuUsage(began).user < 20e6);
});
