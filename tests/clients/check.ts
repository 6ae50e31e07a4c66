// Where the services are, and what is expected of them.
declare const process: { env: Record<string, string | undefined> };

export const marketUrl = process.env.MARKET_URL ?? '';
export const tradingUrl = process.env.TRADING_URL ?? '';

export function check<T>(what: string, got: T, wanted: T): void {
  if (got !== wanted) throw new Error(`${what}: ${String(got)}, and not ${String(wanted)}`);
}

/** Clients that know paths only: from now on fetch asks that service. */
export function from(base: string): void {
  const plain = fetchOf(globalThis.fetch);
  globalThis.fetch = Object.assign(
    (at: RequestInfo | URL, init?: RequestInit) =>
      plain(typeof at === 'string' && at.startsWith('/') ? base + at : at, init),
    { plain },
  );
}

function fetchOf(now: typeof fetch): typeof fetch {
  return 'plain' in now ? (now.plain as typeof fetch) : now;
}
