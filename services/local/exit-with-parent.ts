// Loaded before the console's server: ends it with `npm start`, also where that was killed, so that its port is free again.
process.on("disconnect", () => process.exit(0));
