// Serves case0.js, case1.js, ... of this folder, each on a port of its own.
for (const [number, port] of JSON.parse(process.env.PORTS).entries()) {
  require(`./case${number}.js`).listen(port, "127.0.0.1");
}
