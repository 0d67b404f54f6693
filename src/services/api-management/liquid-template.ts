import { Liquid, type Template } from 'liquidjs'
import { isJsonObject, tryParseJson, type JsonValue } from '../../base/json.ts'
import { tryParseDateTime } from '../../languages/dotnet/date-parse.ts'
import { formatValue } from '../../languages/dotnet/format.ts'
import { Regex } from '../../languages/dotnet/regex.ts'
import type { GatewayCall } from './gateway/gateway-call.ts'
import { expressionFailed } from './gateway/policy-error.ts'
import { type NilElement, liquidBodyOf } from './liquid-body.ts'
import { bufferedBodyBytesMax, liquidMsMax, policyBytesMax } from './limits.ts'
import { toText } from './gateway/policy-value.ts'

const engine = newEngine()

/**
 * Compiles the template of `<set-body template="liquid">`.
 * https://learn.microsoft.com/azure/api-management/set-body-policy#using-liquid-templates-with-set-body
 */
export function compileLiquid(
  template: string,
  options: { fault: (message: string) => Error; nil: NilElement },
): (call: GatewayCall) => string {
  let parsed: Template[]
  try {
    parsed = engine.parse(withLoops(template))
  } catch (error) {
    throw options.fault(
      `the Liquid template cannot be read: ${error instanceof Error ? error.message : ''}`,
    )
  }
  return (call) => {
    try {
      return String(engine.renderSync(parsed, scopeOf(call, options.nil)))
    } catch (error) {
      throw expressionFailed('set-body', error)
    }
  }
}

// Azure's own tag: a loop that writes a comma between two items.
function withLoops(template: string): string {
  return template
    .replaceAll(/\{%(-?)\s*JSONArrayFor\b/gi, '{%$1 for')
    .replaceAll(
      /\{%(-?)\s*endJSONArrayFor\b/gi,
      '{%- unless forloop.last %},{% endunless %}{%$1 endfor',
    )
}

// DotLiquid in C# mode names its filters as C# names members: `Upcase`, `DividedBy`.
function newEngine(): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    strictVariables: false,
    ownPropertyOnly: true,
    // No template reads another from a file, and none runs or grows without end.
    templates: {},
    parseLimit: policyBytesMax,
    renderLimit: liquidMsMax,
    memoryLimit: bufferedBodyBytesMax,
  })
  for (const [name, filter] of Object.entries(liquid.filters)) {
    const pascal = name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
    liquid.registerFilter(pascal, filter)
  }
  liquid.registerFilter('Date', formatDate)
  liquid.registerFilter('Replace', replacePattern)
  return liquid
}

/** A date in one of the formats of .NET; what is no date stays as it is. */
function formatDate(value: unknown, format: unknown): string {
  const text = toText(value)
  const date = text.toLowerCase() === 'now' ? undefined : tryParseDateTime(text)
  return date && typeof format === 'string' ? formatValue(date, format) : text
}

/** `Replace` takes a regular expression, as the templates that Azure makes of SOAP services expect. */
function replacePattern(value: unknown, pattern: unknown, replacement: unknown): string {
  return Regex.of(toText(pattern)).replace(toText(value), toText(replacement))
}

function scopeOf(call: GatewayCall, nil: NilElement): object {
  const { request } = call
  return {
    body: liquidBodyOf(call, nil),
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

function plain(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (value === null || value === undefined) return null
  const text = toText(value)
  // A JSON token gives its members to the template.
  const parsed = /^\s*[[{]/.test(text) ? tryParseJson(text) : undefined
  return isJsonObject(parsed) || Array.isArray(parsed) ? parsed : text
}
