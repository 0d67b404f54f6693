import { AddressRefused, OutgoingTimeout } from '../../protocols/http/outgoing-http.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { messageOf } from '../../base/errors.ts'
import { textOf as valueText } from '../../languages/workflow-expression/value-text.ts'
import {
  type Value,
  type ValueObject,
  isArray,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import type { AppRuntime } from './app-runtime.ts'
import { cancellationOf } from './cancellation-of.ts'
import { credentialsOf } from './http-authentication.ts'
import { readMessage, writeMessage, type HttpMessage } from './http-message.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/** A request that an action or a polling trigger makes. */
export interface HttpCall {
  readonly app: AppRuntime
  /** `method`, `uri`, `headers`, `queries`, `body`, `cookie`, `authentication`, evaluated. */
  readonly inputs: Value
  /** Headers that say which workflow calls. */
  readonly workflowHeaders: Readonly<Record<string, string>>
  readonly isDeclared: boolean
  /** The body is wanted as bytes, whatever its type: a piece of a text is none. */
  readonly isPiece?: boolean
  readonly trace: TraceContext
  readonly signal: AbortSignal
}

/** The other side could not be asked, or did not answer. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly code: string
  /** Another attempt may do better. */
  readonly isTransient: boolean

  constructor(code: string, message: string, options: { isTransient: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.code = code
    this.isTransient = options.isTransient
  }
}

/** Makes one request: https://learn.microsoft.com/azure/connectors/connectors-native-http */
export async function sendHttp(
  call: HttpCall,
  target?: { url: string; method: string },
): Promise<HttpMessage> {
  const { app, inputs, trace, signal, isDeclared } = call
  const url = target ? new URL(target.url) : urlOf(inputs)
  const method = target?.method ?? (textOf(inputs, 'method') ?? 'GET').toUpperCase()
  const body = target ? undefined : memberOf(inputs, 'body')
  const { bytes, contentType } = writeMessage(body)
  const headers = headersOf(inputs, contentType)
  const credentials = await credentialsOf(memberOf(inputs, 'authentication'), { app, trace })
  const cancellation = cancellationOf(signal)
  try {
    const response = await app.outgoing.send({
      url: url.href,
      method,
      headers: [...headers, ...Object.entries(call.workflowHeaders).flat(), ...credentials.headers],
      ...(bytes && method !== 'GET' && method !== 'HEAD' ? { body: bytes } : {}),
      timeoutMs: app.hostSettings.requestTimeoutMs,
      isDeclared,
      ...(credentials.tls ? { tls: credentials.tls } : {}),
      signal: cancellation.signal,
      trace,
    })
    return await readMessage(response, { isPiece: call.isPiece === true })
  } catch (error) {
    throw asCallFailed(error, signal)
  } finally {
    cancellation.close()
  }
}

function asCallFailed(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof CallFailed) return error
  if (error instanceof OutgoingTimeout) {
    const message =
      'Http request failed: the server did not respond within the timeout limit. Please see logic app limits at https://aka.ms/logic-apps-limits-and-config#http-limits.'
    return new CallFailed('GatewayTimeout', message, { isTransient: true, cause: error })
  }
  if (error instanceof AddressRefused) {
    return new CallFailed('Forbidden', error.message, { isTransient: false, cause: error })
  }
  if (!(error instanceof Error) || !('code' in error) || error.name === 'ServiceError') return error
  const message = `Http request failed as there is an error getting response from the server: '${messageOf(error)}'.`
  return new CallFailed('BadGateway', message, { isTransient: true, cause: error })
}

function urlOf(inputs: Value): URL {
  const text = textOf(inputs, 'uri') ?? ''
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    const message = `The provided 'Http' action inputs are not valid. The property 'uri' value '${text}' is not a valid absolute URI.`
    throw new CallFailed('InvalidProtocolResponse', message, { isTransient: false })
  }
  const url = new URL(text)
  for (const [name, value] of Object.entries(objectOf(inputs, 'queries'))) {
    url.searchParams.append(name, valueText(value))
  }
  return url
}

function headersOf(inputs: Value, contentType: string | undefined): string[] {
  const declared = headerEntries(objectOf(inputs, 'headers'))
  const hasType = declared.some(([name]) => name.toLowerCase() === 'content-type')
  const cookie = textOf(inputs, 'cookie')
  return [
    ...declared.flat(),
    ...(hasType || contentType === undefined ? [] : ['content-type', contentType]),
    ...(cookie === undefined ? [] : ['cookie', cookie]),
  ]
}

/** Headers that the connection itself decides. */
const ownHeaders = new Set(['content-length', 'transfer-encoding', 'connection', 'host'])

function headerEntries(headers: ValueObject): [string, string][] {
  return Object.entries(headers)
    .filter(
      ([name, value]) => !ownHeaders.has(name.toLowerCase()) && value !== null && !isObject(value),
    )
    .map(([name, value]) => [
      name,
      isArray(value) ? value.map(valueText).join(',') : valueText(value),
    ])
}
