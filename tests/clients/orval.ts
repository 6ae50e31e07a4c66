// orval: functions over fetch, with the status in what they give.
import {
  Interval,
  getPriceV1AssetsSymbolPriceGet,
  listAssetsV1AssetsGet,
  listCandlesV1AssetsSymbolCandlesGet,
} from './generated/market/orval/api';
import { Side, listOrdersV1OrdersGet, placeOrderV1OrdersPost } from './generated/trading/orval/api';
import type { NewOrder } from './generated/trading/orval/api';
import { check, from, marketUrl, tradingUrl } from './check';

from(marketUrl);
const assets = await listAssetsV1AssetsGet({ limit: 3 });
if (assets.status !== 200) throw new Error(`assets: ${assets.status}`);
check('assets', assets.data.assets.length, 3);
const symbol = assets.data.assets[0]?.symbol ?? '';
const candles = await listCandlesV1AssetsSymbolCandlesGet(symbol, {
  interval: Interval['1d'],
  limit: 2,
});
if (candles.status !== 200) throw new Error(`candles: ${candles.status}`);
check('candles', candles.data.candles.length, 2);
const missing = await getPriceV1AssetsSymbolPriceGet('NO-NE');
check('no such asset', missing.status, 404);

from(tradingUrl);
const key = { headers: { 'X-API-Key': 'key-ada' } };
const order: NewOrder = { symbol: 'BTC-USD', side: Side.buy, quantity: 0.5 };
const placed = await placeOrderV1OrdersPost(order, key);
if (placed.status !== 201) throw new Error(`placed: ${placed.status}`);
check('placed', placed.data.side, 'buy');
const sold = await listOrdersV1OrdersGet({ side: Side.sell }, key);
if (sold.status !== 200) throw new Error(`sold: ${sold.status}`);
check('none sold', sold.data.length, 0);
const refused = await placeOrderV1OrdersPost({ ...order, quantity: 0 }, key);
check('refused', refused.status, 422);
