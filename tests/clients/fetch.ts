// openapi-typescript's types, with openapi-fetch as the client.
import createClient from 'openapi-fetch';
import type { components, paths as Market } from './generated/market/schema';
import type { paths as Trading } from './generated/trading/schema';
import { check, marketUrl, tradingUrl } from './check';

const market = createClient<Market>({ baseUrl: marketUrl });
const assets = await market.GET('/v1/assets', { params: { query: { limit: 3 } } });
check('assets', assets.data?.assets.length, 3);
const symbol = assets.data?.assets[0]?.symbol ?? '';

const candles = await market.GET('/v1/assets/{symbol}/candles', {
  params: { path: { symbol }, query: { interval: '1d', limit: 2 } },
});
check('candles', candles.data?.candles.length, 2);
const first: components['schemas']['Candle'] | undefined = candles.data?.candles[0];
check('a close', typeof first?.close, 'number');

const missing = await market.GET('/v1/assets/{symbol}/price', { params: { path: { symbol: 'NO-NE' } } });
check('no such asset', missing.response.status, 404);
check('why', missing.error?.status, 404);

const trading = createClient<Trading>({ baseUrl: tradingUrl, headers: { 'X-API-Key': 'key-ada' } });
const placed = await trading.POST('/v1/orders', {
  body: { symbol: 'BTC-USD', side: 'buy', quantity: 0.5, limit_price: null, tags: ['a'] },
});
check('placed', placed.response.status, 201);
check('its side', placed.data?.side, 'buy');
const sold = await trading.GET('/v1/orders', { params: { query: { side: 'sell' } } });
check('none sold', sold.data?.length, 0);
const refused = await trading.POST('/v1/orders', {
  body: { symbol: 'BTC-USD', side: 'buy', quantity: 0, tags: [] },
});
check('refused', refused.response.status, 422);
