// h2_streams.mjs PROGRAM: examples/streams over HTTP/2, with node's own client: a WebSocket
// (RFC 8441), events and plain answers, side by side on one connection.
import assert from 'node:assert';
import { spawn } from 'node:child_process';
import http2 from 'node:http2';

const server = spawn(process.argv[2], ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((done) =>
  server.stdout.on('data', (text) => done(/http:\/\/127\.0\.0\.1:\d+/.exec(text)[0])));
const client = http2.connect(url);
const gave_up = setTimeout(() => { server.kill(); process.exit(1); }, 200000);

function request(headers, body) {
  const stream = client.request({ ':path': '/', ...headers }, { endStream: body === undefined });
  const answer = { stream, text: '', headers: new Promise((done) => stream.on('response', done)) };
  answer.ended = new Promise((done) => stream.on('end', done));
  stream.on('data', (bytes) => { answer.text += bytes.toString('latin1'); });
  if (body !== undefined)
    stream.end(body);
  return answer;
}

async function until(condition) {
  while (!condition())
    await new Promise((done) => setTimeout(done, 5));
}

// what a client of RFC 6455 sends: final, text, masked
function frame(text) {
  const mask = Buffer.from([1, 2, 3, 4]), bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length]), mask,
                        Buffer.from(bytes.map((b, i) => b ^ mask[i % 4]))]);
}

const settings = await new Promise((done) => client.once('remoteSettings', done));
assert.ok(settings.enableConnectProtocol);

const socket = client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/v1/ticks',
                                'sec-websocket-version': '13' }, { endStream: false });
let got = '';
socket.on('data', (bytes) => { got += bytes.toString('latin1'); });
socket.write(frame('{"symbol":"BTC"}'));
const opened = await new Promise((done) => socket.on('response', done));
assert.equal(opened[':status'], 200);
assert.equal(opened['sec-websocket-accept'], undefined);

const live = request({ ':path': '/v1/prices/live?symbol=BTC' });
assert.match((await live.headers)['content-type'], /^text\/event-stream/);

const posted = request({ ':method': 'POST', ':path': '/v1/prices', 'content-type': 'application/json' },
                       '{"symbol":"BTC","value":5}');
assert.equal((await posted.headers)[':status'], 204);
await until(() => got.length > 2 && live.text.includes('\n\n'));
assert.equal(got, '\x81\x1e{"symbol":"BTC","value":5.0}'.replace('\x1e', String.fromCharCode(got.length - 2)));
assert.match(live.text, /data: \{"symbol":"BTC","value":5\.0\}/);

// a message that breaks its model ends the WebSocket with 1008, and nothing else
socket.write(frame('{"symbol":"btc"}'));
await new Promise((done) => socket.on('end', done));
assert.equal(got.charCodeAt(got.indexOf('\x88') + 2) * 256 + got.charCodeAt(got.indexOf('\x88') + 3), 1008);

const wrong = request({ ':path': '/v1/prices/stream?symbol=A&count=0' });
assert.equal((await wrong.headers)[':status'], 422);
const counted = request({ ':path': '/v1/prices/stream?symbol=A&count=2' });
await counted.ended;
assert.equal(counted.text.split('data:').length, 3);

live.stream.close();
client.close();
server.kill('SIGTERM');
assert.equal(await new Promise((done) => server.on('exit', done)), 0);
clearTimeout(gave_up);
console.log('ok');
