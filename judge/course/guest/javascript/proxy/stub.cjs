"use strict";
module.exports = require("./module.cjs").root();
