// Does with npm's piston-client what its readme shows; prints what came back as JSON.
// Arguments: the module's file, the server.

const { default: piston } = await import(process.argv[2]);
const client = piston({ server: process.argv[3] });

const runtimes = await client.runtimes();
const c = runtimes.find((runtime) => runtime.language === "c");
const short = await client.execute("python", "import sys\nprint('Hello', sys.argv[1:])");
const whole = await client.execute({
  language: "c",
  version: c.version,
  files: [{ name: "main.c", content: '#include <stdio.h>\nint main(void) { puts("from C"); return 3; }' }],
  stdin: "",
  args: [],
  compileTimeout: 10000,
  runTimeout: 3000,
  compileMemoryLimit: -1,
  runMemoryLimit: -1,
});
const unknown = await client.execute({ language: "python", version: "1.x", files: [{ content: "" }] });
console.log(JSON.stringify({ short: short.run, whole: [whole.compile?.code, whole.run], unknown }));
