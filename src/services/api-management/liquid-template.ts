import { Liquid } from 'liquidjs'
import { isJsonObject, tryParseJson, type JsonValue } from '../../base/json.ts'
import type { GatewayCall } from './gateway/gateway-call.ts'
import { messageOfSection } from './gateway/call-message.ts'
import { toText } from './gateway/policy-value.ts'

const engine = newEngine()

/**
 * Compiles the template of `<set-body template="liquid">`.
 * https://learn.microsoft.com/azure/api-management/set-body-policy#using-liquid-templates-with-set-body
 */
export function compileLiquid(
  template: string,
  fault: (message: string) => Error,
): (call: GatewayCall) => string {
  let parsed
  try {
    parsed = engine.parse(template)
  } catch (error) {
    throw fault(
      `the Liquid template cannot be read: ${error instanceof Error ? error.message : ''}`,
    )
  }
  return (call) => String(engine.renderSync(parsed, scopeOf(call)))
}

// DotLiquid in C# mode names its filters as C# names members: `Upcase`, `DividedBy`.
function newEngine(): Liquid {
  const liquid = new Liquid({ strictFilters: true, strictVariables: false, ownPropertyOnly: true })
  for (const [name, filter] of Object.entries(liquid.filters)) {
    const pascal = name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
    liquid.registerFilter(pascal, filter)
  }
  return liquid
}

function scopeOf(call: GatewayCall): object {
  const { request } = call
  return {
    body: bodyOf(call),
    context: {
      Variables: Object.fromEntries(
        [...call.variables].map(([name, value]) => [name, plain(value)]),
      ),
      Request: {
        Method: request.method,
        IpAddress: request.ipAddress,
        Url: { Path: call.url.path, QueryString: call.url.queryString, Host: call.url.host },
        OriginalUrl: { Path: request.originalUrl.path, Host: request.originalUrl.host },
        MatchedParameters: Object.fromEntries(request.matchedParameters),
        Headers: Object.fromEntries(
          [...request.headers].map(([name, values]) => [name, values.join(',')]),
        ),
      },
      Response: call.response
        ? { StatusCode: call.response.status, StatusReason: call.response.reason }
        : undefined,
      Api: { Id: call.api.id, Name: call.api.displayName, Path: call.api.path },
      Operation: {
        Id: call.operation.id,
        Name: call.operation.displayName,
        Method: call.operation.method,
      },
      Product: call.product && { Id: call.product.id, Name: call.product.displayName },
      Subscription: call.subscription && {
        Id: call.subscription.id,
        Name: call.subscription.displayName,
      },
      RequestId: call.id,
      Deployment: { ServiceName: call.parts.service.name, Region: call.parts.service.region },
    },
  }
}

// The body binds only where its type says JSON; as in Azure, anything else is empty.
function bodyOf(call: GatewayCall): JsonValue {
  const { headers, body } = messageOfSection(call)
  if (!/\bjson\b/i.test(headers.text('content-type') ?? '') || !body.bytes) return {}
  return tryParseJson(Buffer.from(body.bytes).toString('utf8')) ?? {}
}

function plain(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (value === null || value === undefined) return null
  const text = toText(value)
  // A JSON token gives its members to the template.
  const parsed = /^\s*[[{]/.test(text) ? tryParseJson(text) : undefined
  return isJsonObject(parsed) || Array.isArray(parsed) ? parsed : text
}
