import { Liquid } from 'liquidjs'
import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { tryParseDateTime } from '../../languages/dotnet/date-parse.ts'
import { formatValue } from '../../languages/dotnet/format.ts'
import { liquidBytesMax, liquidMsMax } from './limits.ts'

const engine = newEngine()

/** Renders a map in DotLiquid's dialect: https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-liquid-transform */
export function renderLiquid(
  template: string,
  scope: JsonObject,
): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: String(engine.renderSync(engine.parse(template), scope)) }
  } catch (error) {
    return { fault: `An error occurred while processing the Liquid map. ${messageOf(error)}` }
  }
}

// DotLiquid in C# mode names its filters as C# names members: `Upcase`, `DividedBy`.
function newEngine(): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    strictVariables: false,
    ownPropertyOnly: true,
    // No template reads another from a file, and none runs or grows without end.
    templates: {},
    parseLimit: liquidBytesMax,
    renderLimit: liquidMsMax,
    memoryLimit: liquidBytesMax,
  })
  for (const [name, filter] of Object.entries(liquid.filters)) {
    const pascal = name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
    liquid.registerFilter(pascal, filter)
  }
  liquid.registerFilter('Date', formatDate)
  liquid.registerFilter('date', formatDate)
  return liquid
}

/** A date in one of the formats of .NET; what is no date stays as it is. */
function formatDate(value: unknown, format: unknown): string {
  const text = typeof value === 'string' ? value : ''
  const date = tryParseDateTime(text)
  return date && typeof format === 'string' ? formatValue(date, format) : text
}
