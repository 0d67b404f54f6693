// Nothing here survives a crash: a call that was not answered is the caller's to repeat.
import type { Duplex } from 'node:stream'
import type { TraceContext } from '../../../base/trace-context.ts'
import type {
  PolicyCertificate,
  PolicyContext,
  PolicyLastError,
} from '../../../languages/csharp/policy-context.ts'
import type { Cancellation } from '../../../protocols/http/cancellation.ts'
import type { OutgoingProxy } from '../../../protocols/http/outgoing-http.ts'
import type { Api } from '../api.ts'
import type { Backend } from '../backend.ts'
import type { ClientCertificate } from '../certificate.ts'
import type { Operation } from '../operation.ts'
import type { Product } from '../product.ts'
import type { Subscription } from '../subscription.ts'
import { CallContext } from './call-context.ts'
import type { CallTrace } from './call-trace.ts'
import { CallUrl } from './call-url.ts'
import type { Configuration } from './configuration.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { HeaderList } from './header-list.ts'
import type { MessageBody } from './message-body.ts'
import type { PolicyScope, Section } from './policy-error.ts'

/** The request of a call: what came, and what the backend will get. */
export interface CallRequest {
  method: string
  readonly originalUrl: CallUrl
  headers: HeaderList
  body: MessageBody
  readonly ipAddress: string
  /** What the caller showed when it connected. */
  readonly certificate: PolicyCertificate | undefined
  readonly matchedParameters: Map<string, string>
}

/** The response as it stands: of the backend, of a policy, or of an error. */
export interface CallResponse {
  status: number
  reason: string
  headers: HeaderList
  body: MessageBody
}

/** Where the request goes: an address, and what comes after it. */
export interface CallTarget {
  base: CallUrl | undefined
  /** Only for a target that is a backend entity. */
  backend: Backend | undefined
  path: string
  queryString: string
  /** What the gateway shows the backend when it connects. */
  certificate: ClientCertificate | undefined
  /** What the request goes through. */
  proxy: OutgoingProxy | undefined
  /** True while the address is one that the owner of the service declared. */
  isDeclared: boolean
}

/** One call through the gateway, from its request to the end of its response. */
export class GatewayCall {
  readonly id: string
  readonly parts: GatewayParts
  readonly trace: TraceContext
  readonly startMs: number
  /** What the gateway served when the call came. */
  readonly configuration: Configuration
  readonly api: Api
  readonly operation: Operation
  readonly product: Product | undefined
  readonly subscription: Subscription | undefined
  /** True when no key gave access: the call fails before its first policy. */
  readonly isRefused: boolean
  /** True for the question of a browser whether it may call. */
  readonly isPreflight: boolean
  readonly request: CallRequest
  readonly target: CallTarget
  /** Cancelled when the caller goes away. */
  readonly signal: Cancellation
  readonly variables = new Map<string, unknown>()
  /** Work at the very end of outbound: counters that wait for the response. */
  readonly afterwards: (() => void | Promise<void>)[] = []
  response: CallResponse | undefined
  lastError: PolicyLastError | null = null
  section: Section = 'inbound'
  /** Set by `return-response`: no further policy runs. */
  isReturned = false
  /** Set by `cache-lookup` that found a response: the backend is not called, `outbound` runs. */
  isAnswered = false
  /** Where the steps of the call are told, for a call that is traced. */
  tracing: CallTrace | undefined
  /** The connection to the backend, once both ends speak WebSocket. */
  upgraded: Duplex | undefined
  /** Where `cache-store` keeps the response. */
  cacheKey: string | undefined
  /** Gives back the leases of named values that the call holds. */
  releaseLeases: () => void = () => {}
  #context: PolicyContext | undefined

  constructor(options: {
    id: string
    parts: GatewayParts
    trace: TraceContext
    startMs: number
    configuration: Configuration
    api: Api
    operation: Operation
    product: Product | undefined
    subscription: Subscription | undefined
    isRefused: boolean
    isPreflight: boolean
    request: CallRequest
    target: CallTarget
    signal: Cancellation
  }) {
    this.id = options.id
    this.parts = options.parts
    this.trace = options.trace
    this.startMs = options.startMs
    this.configuration = options.configuration
    this.api = options.api
    this.operation = options.operation
    this.product = options.product
    this.subscription = options.subscription
    this.isRefused = options.isRefused
    this.isPreflight = options.isPreflight
    this.request = options.request
    this.target = options.target
    this.signal = options.signal
  }

  /** The address that the backend will be called at. */
  get url(): CallUrl {
    const { originalUrl } = this.request
    const { base, path, queryString } = this.target
    const own = originalUrl.with({ path, queryString })
    return base ? own.under(base) : own
  }

  /** What policies of a scope may use: those of the whole service run for APIs of its workspaces, too. */
  partsAt(scope: PolicyScope): GatewayParts {
    return scope === 'global' ? (this.configuration.outer?.parts ?? this.parts) : this.parts
  }

  /** What expressions see as `context`. */
  get context(): PolicyContext {
    this.#context ??= new CallContext(this)
    return this.#context
  }
}
