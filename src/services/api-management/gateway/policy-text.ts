import { compileExpression } from '../../../languages/csharp/compile.ts'
import { CSharpError } from '../../../languages/csharp/csharp-error.ts'
import type { PolicyText } from '../../../languages/xml/policy-document.ts'
import { type TextPart, replacePlaceholders, splitPlaceholders, namesIn } from '../placeholders.ts'
import type { GatewayCall } from './gateway-call.ts'
import type { PolicySource, Value } from './policy-source.ts'

/**
 * Compiles a literal or an expression. A named value inside stays a place that is filled at each call, so that a
 * value that changes with every call does not compile the document again; an expression that reads one is
 * compiled again only when the value is another than the last time.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-properties
 */
export function compileText(
  text: PolicyText,
  options: { source: PolicySource; lenient: boolean },
): Value<unknown> {
  if (text.kind === 'expression') return compileCode(text, options.source)
  return compileLiteral(text.text, options)
}

function compileLiteral(
  text: string,
  options: { source: PolicySource; lenient: boolean },
): Value<unknown> {
  const { source, lenient } = options
  const { environment } = source
  const parts = splitPlaceholders(text).map((part): TextPart => {
    if (part.kind === 'text') return part
    if (environment.namedValue(part.name) !== undefined) return part
    if (lenient) return { kind: 'text', text: `{{${part.name}}}` }
    throw unknownName(source, part.name)
  })
  const names = parts.flatMap((part) => (part.kind === 'name' ? [part.name] : []))
  if (names.length === 0) return { constant: text, read: () => text }
  for (const name of names) source.usage.addRead(name)
  return {
    read: () =>
      parts
        .map((part) =>
          part.kind === 'text' ? part.text : (environment.namedValue(part.name) ?? ''),
        )
        .join(''),
  }
}

function compileCode(text: PolicyText, source: PolicySource): Value<unknown> {
  const code = text.text
  noteBodies(source, code)
  const names = [...namesIn(code)]
  const first = fill(code, (name) => {
    const value = source.environment.namedValue(name)
    if (value === undefined) throw unknownName(source, name)
    return value
  })
  let compiled = { code: first, run: compileAt(first, text, source) }
  if (names.length === 0) return { read: (call) => compiled.run(call) }
  for (const name of names) source.usage.addRead(name)
  return {
    read(call) {
      const now = fill(code, (name) => source.environment.namedValue(name) ?? '')
      if (now !== compiled.code) compiled = { code: now, run: compileAt(now, text, source) }
      return compiled.run(call)
    },
  }
}

function fill(code: string, valueOf: (name: string) => string): string {
  return replacePlaceholders(code, valueOf)
}

function compileAt(
  code: string,
  text: PolicyText,
  source: PolicySource,
): (call: GatewayCall) => unknown {
  try {
    const { syntax: kind, line, column } = text
    const compiled = compileExpression(code, { kind, position: { line, column } })
    return (call) => compiled.evaluate(call.context).value
  } catch (error) {
    if (!(error instanceof CSharpError)) throw error
    throw source.expressionFault(error.message, error)
  }
}

// A body must have been read before an expression runs: expressions do not wait.
function noteBodies(source: PolicySource, code: string): void {
  if (!/\bBody\b/.test(code)) return
  const isRequest = /\bRequest\s*\??\.\s*Body\b/.test(code)
  const isResponse = /\bResponse\s*\??\.\s*Body\b/.test(code)
  source.usage.requestBody ||= isRequest || !isResponse
  source.usage.responseBody ||= isResponse || !isRequest
}

function unknownName(source: PolicySource, name: string): Error {
  return source.fault(`Cannot find a property '${name}'.`)
}
