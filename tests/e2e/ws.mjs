// A real client, the npm package ws, against a real server: ws.mjs PROGRAM MODULE
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

const [program, module_] = process.argv.slice(2);
const { WebSocket } = await import(pathToFileURL(module_));

const server = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const exited = once(server, 'exit');
const first = (await once(server.stdout, 'data'))[0].toString();
const at = first.match(/127\.0\.0\.1:\d+/)[0];

const late = (what) => new Promise((_, reject) =>
  setTimeout(() => reject(new Error(`${what}: nothing within 60 s`)), 60000).unref());
const within = (what, promise) => Promise.race([promise, late(what)]);

// Messages are kept until somebody asks for them.
async function open(path, protocols = [], options = {}) {
  const ws = new WebSocket(`ws://${at}${path}`, protocols, options);
  ws.inbox = [];
  ws.closed = new Promise((resolve) => ws.on('close', (code, reason) =>
    resolve({ code, reason: reason.toString() })));
  ws.on('message', (data, isBinary) => {
    ws.inbox.push(isBinary ? data : data.toString());
    ws.emit('inbox');
  });
  ws.on('error', () => {});
  ws.next = () => within(`a message of ${path}`, (async () => {
    while (!ws.inbox.length) await once(ws, 'inbox');
    return ws.inbox.shift();
  })());
  ws.end = () => within(`the close of ${path}`, ws.closed);
  await within(`the upgrade of ${path}`, once(ws, 'open'));
  return ws;
}

async function refused(path) {
  const ws = new WebSocket(`ws://${at}${path}`);
  ws.on('error', () => {});
  const [, answer] = await within(`the refusal of ${path}`, once(ws, 'unexpected-response'));
  let body = '';
  for await (const part of answer) body += part;
  return { status: answer.statusCode, body: JSON.parse(body) };
}

const level = async () => (await fetch(`http://${at}/level`)).json();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const tests = {
  async 'text and bytes'() {
    const ws = await open('/echo');
    for (const text of ['hello', '', 'grüße \u{1f426}']) {
      ws.send(text);
      assert.equal(await ws.next(), text);
    }
    ws.send(Buffer.from([0, 255, 7]));
    assert.deepEqual(await ws.next(), Buffer.from([0, 255, 7]));
    ws.close(4001, 'done');
    assert.deepEqual(await ws.end(), { code: 4001, reason: 'done' });
  },

  async 'subprotocols'() {
    assert.equal((await open('/echo', ['v1.echo', 'v2.echo'])).protocol, 'v2.echo');
  },

  async 'compression, both ways'() {
    const ws = await open('/echo', [], { perMessageDeflate: { threshold: 0 } });
    assert.match(ws.extensions, /permessage-deflate/);
    for (const text of ['', 'a', 'x'.repeat(300000), JSON.stringify([...Array(5000).keys()])]) {
      ws.send(text);
      assert.equal(await ws.next(), text);
    }
    assert.equal((await open('/plain')).extensions, '');
  },

  async 'fragments, with a ping in between'() {
    const ws = await open('/echo');
    const pong = once(ws, 'pong');
    ws.send('frag', { fin: false });
    ws.ping('are you there');
    ws.send('men', { fin: false });
    ws.send('ted', { fin: true });
    assert.equal(await ws.next(), 'fragmented');
    assert.equal((await within('a pong', pong))[0].toString(), 'are you there');
  },

  async 'large messages, and too large ones'() {
    const ws = await open('/echo', [], { perMessageDeflate: false });
    const text = 'large'.repeat(200000);
    ws.send(text);
    assert.equal(await ws.next(), text);
    ws.send('x'.repeat((1 << 20) + 1));
    assert.equal((await ws.end()).code, 1009);
    const small = await open('/plain');
    small.send('x'.repeat(600), { fin: false });
    small.send('x'.repeat(600));
    assert.equal((await small.end()).code, 1009);
    const packed = await open('/echo');
    packed.send('x'.repeat(2 << 20));
    assert.equal((await packed.end()).code, 1009);
  },

  async 'typed messages, and what is none'() {
    const ws = await open('/orders');
    ws.send('{"symbol": "BTC", "quantity": 4}');
    assert.deepEqual(JSON.parse(await ws.next()), { symbol: 'BTC', quantity: 8 });
    ws.send('{"symbol": "BTC", "quantity": 0}');
    assert.deepEqual(await ws.end(),
      { code: 1008, reason: 'quantity: Input should be greater than 0' });
    const text = await open('/orders');
    text.send('not json');
    assert.equal((await text.end()).code, 1007);
    const bytes = await open('/orders');
    bytes.send(Buffer.from('{}'));
    assert.equal((await bytes.end()).code, 1003);
  },

  async 'dependencies and parameters come before the upgrade'() {
    const missing = await refused('/rooms/a');
    assert.equal(missing.status, 422);
    assert.deepEqual(missing.body.detail[0].loc, ['query', 'token']);
    assert.equal((await refused('/rooms/a?token=x')).status, 422);
    const eve = await refused('/rooms/a?token=eve');
    assert.equal(eve.status, 403);
    assert.deepEqual(eve.body, { detail: 'eve is no member', code: 'not_a_member' });
    assert.equal((await refused('/nowhere')).status, 404);
    assert.equal((await fetch(`http://${at}/echo`)).status, 426);
  },

  async 'a room of twenty'() {
    const guests = await Promise.all([...Array(20).keys()].map((i) =>
      open(`/rooms/lobby?token=guest${i}`)));
    const other = await open('/rooms/other?token=other');
    guests.forEach((ws, i) => ws.send(`hello from ${i}`));
    for (const ws of guests) {
      const heard = new Set();
      while (heard.size < guests.length) heard.add(JSON.parse(await ws.next()).text);
    }
    assert.equal(other.inbox.length, 0);
    guests[0].terminate();
    assert.deepEqual(JSON.parse(await guests[1].next()), { who: 'guest0', text: 'left with 1006' });
    guests[2].close(1000);
    assert.deepEqual(JSON.parse(await guests[1].next()), { who: 'guest2', text: 'left with 1000' });
    guests[3].close();
    assert.deepEqual(JSON.parse(await guests[1].next()), { who: 'guest3', text: 'left with 1005' });
  },

  async 'a client that does not read holds its sender back'() {
    const before = await level();
    const ws = await open('/flood');
    ws.pause();
    let last = -1, now = (await level()).sent;
    while (now !== last) {
      await sleep(300);
      [last, now] = [now, (await level()).sent];
    }
    assert.ok((now - before.sent) * 50000 < 32 << 20, `${now} messages are on their way`);
    ws.resume();
    while ((await level()).sent < now + 100) await sleep(20);
    ws.terminate();
    while ((await level()).ended === before.ended) await sleep(20);
  },

  async 'codes of the server'() {
    for (const code of [1000, 1008, 3000, 4999]) {
      const ws = await open(`/close/${code}`);
      assert.deepEqual(await ws.end(), { code, reason: 'as told' });
    }
  },

  async 'a drain says goodbye'() {
    const guests = await Promise.all(['/echo', '/orders', '/rooms/a?token=ada'].map((path) =>
      open(path)));
    server.kill('SIGTERM');
    for (const ws of guests) assert.equal((await ws.end()).code, 1001);
    assert.equal((await within('the end of the server', exited))[0], 0);
  },
};

let failed = 0;
for (const [name, run] of Object.entries(tests)) {
  try {
    await within(name, run());
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}
server.kill('SIGKILL');
process.exit(failed ? 1 : 0);
