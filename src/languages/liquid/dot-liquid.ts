import { createRequire } from 'node:module'
import type { Liquid, Template } from 'liquidjs'
import { tryParseDateTime } from '../dotnet/date-parse.ts'
import { formatValue } from '../dotnet/format.ts'
import { Regex } from '../dotnet/regex.ts'

/** What templates may use. */
export interface LiquidLimits {
  /** Characters of a template. */
  readonly templateMax: number
  readonly renderMsMax: number
  /** Characters that a template and what it computes may take. */
  readonly memoryMax: number
}

/** A template that was read. */
export interface LiquidTemplate {
  /** Throws an error of the template or of what it reads. */
  render(scope: object): string
}

/**
 * Liquid as Azure renders it: DotLiquid in the naming of C#, where filters are called `Upcase` and `DividedBy`, dates
 * have .NET's formats and `Replace` takes a regular expression.
 * https://learn.microsoft.com/azure/api-management/set-body-policy#using-liquid-templates-with-set-body
 */
export class DotLiquid {
  readonly #limits: LiquidLimits
  #engine: Liquid | undefined

  constructor(limits: LiquidLimits) {
    this.#limits = limits
  }

  /** Throws for a template that cannot be read. */
  compile(template: string): LiquidTemplate {
    // Made when there is a first template: most solutions have none, and it takes a while.
    const engine = (this.#engine ??= newEngine(this.#limits))
    const parsed: Template[] = engine.parse(withLoops(template))
    return { render: (scope) => String(engine.renderSync(parsed, scope)) }
  }
}

const require = createRequire(import.meta.url)

function newEngine(limits: LiquidLimits): Liquid {
  // Loaded here: an import would have every start read the whole library.
  const { Liquid: Engine }: typeof import('liquidjs') = require('liquidjs')
  const engine = new Engine({
    strictFilters: true,
    strictVariables: false,
    ownPropertyOnly: true,
    // No template reads another from a file, and none runs or grows without end.
    templates: {},
    parseLimit: limits.templateMax,
    renderLimit: limits.renderMsMax,
    memoryLimit: limits.memoryMax,
  })
  for (const [name, filter] of Object.entries(engine.filters)) {
    const pascal = name.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
    engine.registerFilter(pascal, filter)
  }
  engine.registerFilter('Date', formatDate)
  engine.registerFilter('date', formatDate)
  engine.registerFilter('Replace', replacePattern)
  return engine
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

/** A date in one of the formats of .NET; what is no date stays as it is. */
function formatDate(value: unknown, format: unknown): string {
  const text = toText(value)
  const date = text.toLowerCase() === 'now' ? undefined : tryParseDateTime(text)
  return date && typeof format === 'string' ? formatValue(date, format) : text
}

function replacePattern(value: unknown, pattern: unknown, replacement: unknown): string {
  return Regex.of(toText(pattern)).replace(toText(value), toText(replacement))
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : formatValue(value)
}
