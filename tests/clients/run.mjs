// run.mjs MARKET TRADING: clients made of their documents compile under tsc --strict and call them.
// In build/clients, beside node_modules; clients.sh prepares that.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { serve } from './service.mjs';

const programs = { market: process.argv[2], trading: process.argv[3] };
const callers = ['fetch', 'hey', 'orval'];
let failed = 0;

function report(what, ok, said = '') {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${ok ? '' : `\n${said}`}`);
  failed += !ok;
  return ok;
}

function run(what, command, args, env = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  return report(what, done.status === 0, (done.stdout + done.stderr).slice(-4000));
}

const tool = (name) => path.resolve('node_modules/.bin', name);

function generate(name, document) {
  const to = `generated/${name}`;
  fs.mkdirSync(to, { recursive: true });
  fs.writeFileSync(`${to}/openapi.json`, document);
  run(`openapi-typescript of ${name}`, tool('openapi-typescript'),
    [`${to}/openapi.json`, '-o', `${to}/schema.d.ts`]);
  run(`@hey-api/openapi-ts of ${name}`, tool('openapi-ts'),
    ['-i', `${to}/openapi.json`, '-o', `${to}/hey`, '-c', '@hey-api/client-fetch']);
  const output = { target: `./${to}/orval/api.ts`, client: 'fetch', mode: 'single' };
  const config = { api: { input: `./${to}/openapi.json`, output } };
  fs.writeFileSync(`orval.${name}.cjs`, `module.exports = ${JSON.stringify(config)};\n`);
  run(`orval of ${name}`, tool('orval'), ['--config', `orval.${name}.cjs`]);
}

async function call(caller, env) {
  await build({ entryPoints: [`${caller}.ts`], outfile: `out/${caller}.mjs`, bundle: true,
    format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent' });
  run(`${caller} calls the services`, process.execPath, [`out/${caller}.mjs`], env);
}

fs.rmSync('generated', { recursive: true, force: true });
const folder = fs.mkdtempSync('store-');
const services = {
  market: await serve(programs.market, ['--store', 'market.db'], folder),
  trading: await serve(programs.trading, [], folder),
};
try {
  for (const [name, service] of Object.entries(services))
    generate(name, await (await fetch(`${service.url}/openapi.json`)).text());
  const compiles = run('all of it compiles under tsc --strict', tool('tsc'), ['-p', '.']);
  const env = { MARKET_URL: services.market.url, TRADING_URL: services.trading.url };
  for (const caller of compiles ? callers : [])
    await call(caller, env);
} finally {
  Object.values(services).forEach((service) => service.stop());
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? `clients: ${failed} failed` : 'clients: three generators, two services, all well');
process.exit(failed ? 1 : 0);
