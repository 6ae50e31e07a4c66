// @hey-api/openapi-ts: a function for each operation.
import { client as market } from './generated/market/hey/client.gen';
import {
  getPriceV1AssetsSymbolPriceGet,
  listAssetsV1AssetsGet,
  listCandlesV1AssetsSymbolCandlesGet,
} from './generated/market/hey/sdk.gen';
import { client as trading } from './generated/trading/hey/client.gen';
import { listOrdersV1OrdersGet, placeOrderV1OrdersPost } from './generated/trading/hey/sdk.gen';
import type { NewOrder } from './generated/trading/hey/types.gen';
import { check, marketUrl, tradingUrl } from './check';

market.setConfig({ baseUrl: marketUrl });
trading.setConfig({ baseUrl: tradingUrl, auth: () => 'key-ada' });

const assets = await listAssetsV1AssetsGet({ query: { limit: 3 }, throwOnError: true });
check('assets', assets.data.assets.length, 3);
const symbol = assets.data.assets[0]?.symbol ?? '';
const candles = await listCandlesV1AssetsSymbolCandlesGet({
  path: { symbol },
  query: { interval: '1d', limit: 2 },
  throwOnError: true,
});
check('candles', candles.data.candles.length, 2);
const missing = await getPriceV1AssetsSymbolPriceGet({ path: { symbol: 'NO-NE' } });
check('no such asset', missing.response?.status, 404);

const order: NewOrder = { symbol: 'BTC-USD', side: 'buy', quantity: 0.5 };
const placed = await placeOrderV1OrdersPost({ body: order, throwOnError: true });
check('placed', placed.data.side, 'buy');
const sold = await listOrdersV1OrdersGet({ query: { side: 'sell' }, throwOnError: true });
check('none sold', sold.data.length, 0);
const refused = await placeOrderV1OrdersPost({ body: { ...order, quantity: 0 } });
check('refused', refused.response?.status, 422);
