// What a person finds in the editor who has chosen a language and written nothing yet.

const SAMPLES = {
  bash: 'read -r name\necho "Hello, $name!"\n',
  c: '#include <stdio.h>\n\nint main(void) {\n    char name[100];\n    if (scanf("%99s", name) == 1)\n        printf("Hello, %s!\\n", name);\n    return 0;\n}\n',
  cpp: '#include <iostream>\n#include <string>\n\nint main() {\n    std::string name;\n    std::getline(std::cin, name);\n    std::cout << "Hello, " << name << "!\\n";\n}\n',
  csharp: 'using System;\n\nclass Program {\n    static void Main() {\n        Console.WriteLine($"Hello, {Console.ReadLine()}!");\n    }\n}\n',
  go: 'package main\n\nimport "fmt"\n\nfunc main() {\n\tvar name string\n\tfmt.Scan(&name)\n\tfmt.Printf("Hello, %s!\\n", name)\n}\n',
  java: 'import java.util.Scanner;\n\npublic class Main {\n    public static void main(String[] args) {\n        System.out.println("Hello, " + new Scanner(System.in).nextLine() + "!");\n    }\n}\n',
  javascript: 'const name = require("fs").readFileSync(0, "utf8").trim();\nconsole.log(`Hello, ${name}!`);\n',
  kotlin: 'fun main() {\n    println("Hello, ${readLine()}!")\n}\n',
  python3: 'name = input()\nprint(f"Hello, {name}!")\n',
  ruby: 'puts "Hello, #{gets.chomp}!"\n',
  rust: 'use std::io;\n\nfn main() {\n    let mut name = String::new();\n    io::stdin().read_line(&mut name).unwrap();\n    println!("Hello, {}!", name.trim());\n}\n',
  typescript: 'import { readFileSync } from "fs";\n\nconst name: string = readFileSync(0, "utf8").trim();\nconsole.log(`Hello, ${name}!`);\n',
};

/** The program for a language; empty = there is none. A family's members begin alike. */
export function sampleOf(id) {
  return SAMPLES[id] ?? SAMPLES[Object.keys(SAMPLES).find((one) => /^(c|cpp)\d/.test(id) && id.replace(/\d.*$/, "") === one)] ?? "";
}

/** Whether a text is one of these, and may be exchanged for another. */
export function isSample(text) {
  return !text.trim() || Object.values(SAMPLES).includes(text);
}
