
;((find) => (async () => {
  // The driver of calls for JavaScript, put at the end of a program's main file. What call.py says holds here, too;
  // only that the program's own top level has run before.
  const { readFileSync, writeFileSync } = await import("node:fs");
  const request = JSON.parse(readFileSync(0, "utf8"));
  const [first, method] = request.function.split(".");
  const found = find(first);
  if (typeof found !== "function") throw new Error(`there is no ${method ? "class" : "function"} ${first} in the program`);
  const target = method ? new found() : undefined;
  if (method && typeof target[method] !== "function") throw new Error(`there is no function ${request.function} in the program`);
  const value = await (method ? target[method](...request.arguments) : found(...request.arguments));
  writeFileSync(request.answer, JSON.stringify(value) ?? "null");
})())((name$judge) => {
  try {
    return eval(name$judge);
  } catch (error$judge) {
    if (!(error$judge instanceof ReferenceError)) throw error$judge;
    return typeof module === "undefined" ? undefined : module.exports[name$judge];
  }
});
