// An Express application that answers what the backend answers.
const http = require("node:http");
const cors = require("cors");
const express = require("express");
const [, , home, port, backend] = process.argv;

const app = express();
app.use(require(`${home}/cors.js`));
// The application has a set-up of its own here and there, as a layer behind.
app.use(/.*\/own/, cors({ origin: true, credentials: true, exposedHeaders: "X-Inner" }));
app.use((req, res, next) => {
  const { originalUrl: path, method, headers } = req;
  const asked = http.request({ port: backend, path, method, headers }, (answer) => {
    const fields = {};
    for (let at = 0; at < answer.rawHeaders.length; at += 2) {
      (fields[answer.rawHeaders[at]] ??= []).push(answer.rawHeaders[at + 1]);
    }
    res.writeHead(answer.statusCode, fields);
    answer.pipe(res);
  });
  asked.on("error", next);
  req.pipe(asked);
});
app.use((error, req, res, next) => res.status(500).send("failed"));
app.listen(port, "127.0.0.1");
