import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { withRetries, type Attempt } from '../../../engines/workflow/retry.ts'
import type { CallReference } from '../../../languages/workflow-expression/references.ts'
import { type Value, isArray, isObject } from '../../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from '../action-definition.ts'
import type { ActionCompiler, CompileContext } from '../compile-context.ts'
import { chunkedDownload, chunkedUpload, isChunked } from '../chunked-transfer.ts'
import { authenticationKinds } from '../http-authentication.ts'
import { CallFailed, sendHttp, type HttpCall } from '../http-call.ts'
import { headerOf, type HttpMessage } from '../http-message.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { asyncPollMsDefault, pagesMax } from '../limits.ts'
import { answered, failed } from '../outcomes.ts'
import { compileRetryPolicy } from '../retry-policy.ts'
import { workflowHeaders } from '../workflow-headers.ts'
import { integerOf, listOf, memberOf, objectOf, textOf } from '../workflow-value.ts'
import { isTransient } from './service-provider.ts'

/** https://learn.microsoft.com/azure/connectors/connectors-native-http */
export const http: ActionCompiler = (action, context) => {
  checkInputs(action, context)
  const policy = compileRetryPolicy(action, context)
  const uri = memberOf(action.inputs, 'uri') ?? ''
  const isDeclared = isDeclaredAddress(uri, context.template(action, uri, 'inputs').calls)
  return leafWork(action, context, {
    isExternal: true,
    execute: async (inputs, call) => {
      const { context: run } = call
      const settings = run.app.hostSettings.retry
      const request: HttpCall = {
        app: run.app,
        inputs,
        workflowHeaders: workflowHeaders(call),
        isDeclared,
        trace: call.trace,
        signal: call.signal,
      }
      const options = { policy: policy(call, settings), clock: run.clock, call }
      const saved = textOf(call.saved, 'location')
      const made = await withRetries(options, () => attempt(call, request, saved))
      return { ...made.value, ...(made.retries ? { retries: made.retries } : {}) }
    },
  })
}

/** What a request that was answered, or was not, comes to. */
export function outcomeOf(message: HttpMessage): Outcome {
  const { statusCode, headers, body } = message
  return answered(statusCode, { statusCode, headers, ...(body === undefined ? {} : { body }) })
}

/** The outcome of a call that nobody answered; anything else is thrown on. */
export function failureOf(error: unknown): Attempt<Outcome> {
  if (!(error instanceof CallFailed)) throw error
  const value = failed(error.code, error.message, { code: error.code })
  return {
    value,
    code: error.code,
    isTransient: error.isTransient,
    ...(value.error ? { error: value.error } : {}),
  }
}

/**
 * Whether the owner of the workflow wrote the address: what a caller sends may name an address anywhere but on this
 * machine.
 */
function isDeclaredAddress(uri: Value, calls: readonly CallReference[]): boolean {
  if (typeof uri === 'string' && /^https?:\/\/[^@/?]+(?:[/?@]|$)/i.test(uri)) return true
  const own = new Set(['parameters', 'appsetting', 'concat', 'encodeuricomponent', 'uricomponent'])
  return calls.every(({ name }) => own.has(name.toLowerCase()))
}

async function attempt(
  call: LeafCall,
  request: HttpCall,
  saved: string | undefined,
): Promise<Attempt<Outcome>> {
  try {
    const first = saved === undefined ? await send(call, request) : undefined
    const message = await pollUntilDone(call, request, { first, saved })
    const whole = await allPages(call, request, message)
    const value = outcomeOf(whole)
    const retryAfterMs = retryAfter(whole)
    return {
      value,
      code: value.code ?? 'OK',
      isTransient: isTransient(whole.statusCode),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  } catch (error) {
    if (call.signal.aborted) throw error
    return failureOf(error)
  }
}

async function send(call: LeafCall, request: HttpCall): Promise<HttpMessage> {
  if (!isChunked(call.action)) return sendHttp(request)
  return memberOf(request.inputs, 'body') === undefined
    ? chunkedDownload(request)
    : chunkedUpload(request)
}

/** Follows 202 and `Location` until the other side is done: https://learn.microsoft.com/azure/logic-apps/logic-apps-create-api-app#async-pattern */
async function pollUntilDone(
  call: LeafCall,
  request: HttpCall,
  from: { first: HttpMessage | undefined; saved: string | undefined },
): Promise<HttpMessage> {
  const { clock } = call.context
  let message = from.first
  let location = from.saved
  for (;;) {
    if (message) {
      const next = message.statusCode === 202 ? headerOf(message.headers, 'location') : undefined
      if (next === undefined || call.action.operationOptions.has('disableasyncpattern'))
        return message
      location = absolute(next, location ?? textOf(request.inputs, 'uri') ?? '')
      await call.save({ location })
      await clock.sleep(retryAfter(message) ?? asyncPollMsDefault, call.signal)
    }
    message = await sendHttp(request, { url: location ?? '', method: 'GET' })
  }
}

/** Collects the pages of a list: https://learn.microsoft.com/azure/logic-apps/logic-apps-exceed-default-page-size-with-pagination */
async function allPages(
  call: LeafCall,
  request: HttpCall,
  first: HttpMessage,
): Promise<HttpMessage> {
  const policy = objectOf(call.action.runtimeConfiguration, 'paginationPolicy')
  const wanted = integerOf(policy, 'minimumItemCount')
  if (wanted === undefined || first.statusCode >= 400) return first
  const items = [...itemsOf(first.body)]
  let next = nextLink(first)
  for (let page = 1; next !== undefined && items.length < wanted && page < pagesMax; page += 1) {
    const message = await sendHttp(request, {
      url: absolute(next, textOf(request.inputs, 'uri') ?? ''),
      method: 'GET',
    })
    if (message.statusCode >= 400) return message
    items.push(...itemsOf(message.body))
    next = nextLink(message)
  }
  const body =
    first.body !== undefined && isObject(first.body) ? { ...first.body, value: items } : items
  return { ...first, body }
}

function itemsOf(body: Value | undefined): readonly Value[] {
  if (body !== undefined && isArray(body)) return body
  return listOf(body, 'value')
}

function nextLink({ body, headers }: HttpMessage): string | undefined {
  const link = textOf(body, 'nextLink') ?? textOf(body, '@odata.nextLink')
  if (link !== undefined && link !== '') return link
  return /<([^>]+)>\s*;\s*rel="?next"?/i.exec(headerOf(headers, 'link') ?? '')?.[1]
}

function absolute(url: string, base: string): string {
  return URL.canParse(url, base) ? new URL(url, base).href : url
}

/** How long the other side asked to wait. */
export function retryAfter({ headers }: HttpMessage): number | undefined {
  const text = headerOf(headers, 'retry-after')
  if (text === undefined) return undefined
  return /^\d+$/.test(text) ? Number(text) * 1000 : undefined
}

function checkInputs(action: ActionDefinition, context: CompileContext): void {
  for (const name of ['method', 'uri']) {
    if (memberOf(action.inputs, name) === undefined) {
      throw context.refuse(action, `"The '${name}' property of 'inputs' is required."`)
    }
  }
  const kind = textOf(objectOf(action.inputs, 'authentication'), 'type')
  if (kind === undefined || kind.includes('@') || authenticationKinds.has(kind.toLowerCase()))
    return
  throw context.refuse(action, `"The authentication type '${kind}' is not supported."`)
}
