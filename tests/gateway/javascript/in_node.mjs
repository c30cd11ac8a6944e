// node --experimental-websocket in_node.mjs MODULE ADDRESS TOLD: runs the scenario and prints what happened.
import { scenario } from "./scenario.mjs";

const [module, address, told] = process.argv.slice(2);
console.log(JSON.stringify(await scenario(await import(module), address, JSON.parse(told))));
