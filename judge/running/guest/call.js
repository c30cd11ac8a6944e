
;((find = eval("undefined")) => (async () => {
  // The driver of calls for JavaScript and TypeScript, put at the end of a program's main file. What call.py says holds
  // here, too; only that the program's own top level has run before. A default stands for a type, which only one of the
  // two languages has.
  const { readFileSync, writeFileSync } = await import("node:fs");
  let json = eval("undefined");
  json = (value = eval("undefined")) => {
    if (typeof value?.toJSON === "function") value = value.toJSON();
    if (value instanceof Number || value instanceof String || value instanceof Boolean) value = value.valueOf();
    if (value === undefined || value === null) return "null";
    if (typeof value === "string") return JSON.stringify(value);
    if (["boolean", "number", "bigint"].includes(typeof value)) return String(value);
    const isList = Array.isArray(value) || ArrayBuffer.isView(value);
    if (isList) return `[${Array.from(value, (item) => json(item))}]`;
    const kind = Object.prototype.toString.call(value);
    if (kind !== "[object Object]") throw new TypeError(`a value of the type ${kind.slice(8, -1)} cannot be written as JSON`);
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${json(value[key])}`)}}`;
  };
  const request = JSON.parse(readFileSync(0, "utf8"));
  const [first, method] = request.function.split(".");
  const found = find(first);
  if (typeof found !== "function") throw new Error(`there is no ${method ? "class" : "function"} ${first} in the program`);
  const target = method ? new found() : undefined;
  if (method && typeof target[method] !== "function") throw new Error(`there is no function ${request.function} in the program`);
  writeFileSync(3, json(await (method ? target[method](...request.arguments) : found(...request.arguments))));
})())((name$judge = "") => {
  try {
    return eval(name$judge);
  } catch (error$judge) {
    if (!(error$judge instanceof ReferenceError)) throw error$judge;
    return typeof module === "undefined" ? undefined : module.exports[name$judge];
  }
});
