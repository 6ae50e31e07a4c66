// GET /json with node:http, the object turned into text for each answer.
const http = require("node:http");

const server = http.createServer((request, response) => {
  const body = JSON.stringify({ message: "Hello, World!" });
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
});
server.keepAliveTimeout = 600000;
server.listen(Number(process.argv[2]), "127.0.0.1");
