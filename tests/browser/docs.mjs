// docs.mjs MARKET PAGES CHROMIUM: the docs pages as a browser shows them; pictures in pictures/.
// In build/clients, beside node_modules; scripts/browser.sh prepares that.
import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './service.mjs';

const [marketProgram, pagesProgram, executablePath] = process.argv.slice(2);
const WAIT = 30_000; // ms, for a page on a busy machine
let failed = 0;

function report(what, ok, said = '') {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${ok ? '' : `: ${said}`}`);
  failed += !ok;
}

/** A page that notes what goes wrong in it, and whom it asks. */
async function open(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT);
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('request', (request) => {
    const own = /^(data|blob):/.test(request.url()) || request.url().startsWith(base);
    if (!own) wrong.push(`it asks ${request.url()}`);
  });
  return { page, wrong };
}

const picture = (page, name) => page.screenshot({ path: `pictures/${name}.png` });

async function swagger(browser, base) {
  const { page, wrong } = await open(browser, base);
  await page.goto(`${base}/docs`);
  await page.locator('.opblock').first().waitFor();
  report('/docs shows its title', (await page.title()).startsWith('Apus Market'), await page.title());
  await picture(page, 'docs');
  await page.locator('[id$="list_assets_v1_assets_get"]').first().click();
  await page.getByPlaceholder('limit').fill('2');
  await page.locator('button.execute').click();
  const live = page.locator('.live-responses-table');
  await live.waitFor();
  const status = (await live.locator('.response-col_status').last().innerText()).trim();
  report('"Try it out" is answered', status.startsWith('200'), status);
  const body = await live.locator('.highlight-code, .microlight').first().innerText();
  const symbols = body.match(/"symbol"/g) ?? [];
  report('with what was asked for', symbols.length === 2, body.slice(0, 200));
  await live.scrollIntoViewIfNeeded();
  await picture(page, 'docs-tried');
  report('/docs is at peace', wrong.length === 0, wrong.join('; '));
}

async function dark(browser, base) {
  const { page, wrong } = await open(browser, base, { colorScheme: 'dark' });
  await page.goto(`${base}/docs`);
  await page.locator('.opblock').first().waitFor();
  await picture(page, 'docs-dark');
  report('/docs is at peace in the dark', wrong.length === 0, wrong.join('; '));
}

async function redoc(browser, base) {
  const { page, wrong } = await open(browser, base);
  await page.goto(`${base}/redoc`);
  await page.getByRole('heading', { name: 'Apus Market' }).first().waitFor();
  const operations = await page.locator('[data-section-id]').count();
  report('/redoc shows the operations', operations >= 5, String(operations));
  await picture(page, 'redoc');
  report('/redoc is at peace', wrong.length === 0, wrong.join('; '));
}

async function customized(browser, base) {
  const { page, wrong } = await open(browser, base);
  await page.goto(`${base}/reference`);
  await page.locator('.opblock-tag').first().waitFor();
  report('a title of its own', (await page.title()) === 'Shop: reference', await page.title());
  const shown = await page.locator('.opblock').count();
  report('docExpansion: "none" folds it all', shown === 0, `${shown} operations`);
  await picture(page, 'reference');
  report('the page of another look is at peace',
    wrong.every((text) => text.includes('404')), wrong.join('; ')); // the icon is not served
}

/** What Swagger UI leaves in its window, and the page it opens hands back. */
async function login(browser, base) {
  const { page } = await open(browser, base);
  await page.goto(`${base}/docs`);
  const got = await page.evaluate((address) => new Promise((resolve) => {
    window.swaggerUIRedirectOauth2 = {
      state: 'same', redirectUrl: address,
      auth: { name: 'login', state: 'same', schema: new Map([['flow', 'authorizationCode']]) },
      callback: (given) => resolve(given.auth.code),
      errCb: (error) => resolve(error.message),
    };
    window.open(`${address}?code=c0de&state=same`);
  }), `${base}/docs/oauth2-redirect`);
  report('a login comes back with its code', got === 'c0de', String(got));
}

fs.rmSync('pictures', { recursive: true, force: true });
fs.mkdirSync('pictures');
const folder = fs.mkdtempSync('store-');
const market = await serve(marketProgram, ['--store', 'market.db'], folder);
const pages = await serve(pagesProgram, [], folder, '/api/openapi.json');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  await swagger(browser, market.url);
  await dark(browser, market.url);
  await redoc(browser, market.url);
  await customized(browser, pages.url);
  await login(browser, market.url);
} finally {
  await browser.close();
  market.stop();
  pages.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? `browser: ${failed} failed` : 'browser: the docs pages show, and can be tried');
process.exit(failed ? 1 : 0);
