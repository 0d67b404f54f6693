/** What one HTTP server accepts. Each service passes what its Azure counterpart allows. */
export interface HttpLimits {
  /** Request line and headers together; more is answered with 431. */
  readonly headerBytesMax: number
  /** A body that announces more is answered with 413 before the handler runs. */
  readonly bodyBytesMax: number
  /** How long a client may take to send the headers; then 408. */
  readonly headersTimeoutMs: number
  /** How long a client may take to send the whole request; then 408. 0 for no limit. */
  readonly requestTimeoutMs: number
  /** How long a connection may stay open without a request. */
  readonly keepAliveTimeoutMs: number
  /** Connections above are refused. */
  readonly connectionsMax: number
  /** Connections that speak another protocol, WebSocket, above are answered with 503. */
  readonly upgradedConnectionsMax: number
}

/**
 * The body limit and the time limit are those of Azure Functions and App Service:
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits
 */
export const defaultHttpLimits: HttpLimits = {
  headerBytesMax: 64 * 1024,
  bodyBytesMax: 210 * 1024 * 1024,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 65_000,
  connectionsMax: 10_000,
  upgradedConnectionsMax: 5_000,
}

/** Node looks for clients over their time limit this often. */
export const timeoutCheckIntervalMs = 5_000

/** How long `stop` waits for running requests unless its caller says otherwise. */
export const stopGraceMs = 10_000

/** Route templates with more segments are refused, as ASP.NET Core does. */
export const routeSegmentCountMax = 28

/** Connections to one origin; further calls wait for one to become free. */
export const connectionsPerOriginMax = 256

/** Origins whose connections are kept at the same time; the longest unused goes first. */
export const originsMax = 256

/** An answer up to this size is given whole when its length is known: a stream would cost more than its bytes. */
export const wholeBodyBytesMax = 64 * 1024

/** How long a proxy may take to open a connection to where a request goes. */
export const proxyConnectMs = 30_000
