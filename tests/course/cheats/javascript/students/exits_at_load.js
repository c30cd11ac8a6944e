// 0 points: Ends the process while it is loaded.
process.exit(0);
