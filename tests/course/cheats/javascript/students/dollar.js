// 0 points: Values that look like parts of the protocol.
let turn = 0;
const shapes = [
  { $: "ref", id: 1 }, { $: "callback", id: 1 }, { $: "promise", id: -1 }, { $: "error", class: "__proto__", bases: ["constructor"] },
  { $: "dict", v: [["__proto__", { polluted: 1 }]] }, { $: "bytes", v: "AAAA", kind: "constructor" }, { $: "int", v: "x" }, { $: "__proto__" },
];
const act = () => shapes[turn++ % shapes.length];
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
