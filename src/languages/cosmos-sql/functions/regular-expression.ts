import vm from 'node:vm'
import v8 from 'node:v8'
import { CosmosSqlError } from '../cosmos-sql-error.ts'
import { patternCacheEntries, patternTimeoutMs } from '../limits.ts'
import type { Value } from '../values.ts'
import type { FunctionContext, FunctionTable } from './function-definition.ts'

/** RegexMatch: https://learn.microsoft.com/azure/cosmos-db/nosql/query/regexmatch */
export const regularExpressionFunctions: FunctionTable = {
  REGEXMATCH: { minimum: 2, maximum: 3, evaluate: () => undefined, bind: bindRegexMatch },
}

type Matcher = (text: string) => boolean

function bindRegexMatch(context: FunctionContext): (...values: Value[]) => Value {
  const matchers = new Map<string, Matcher | undefined>()
  return (text, pattern, modifiers = '') => {
    if (typeof text !== 'string' || typeof pattern !== 'string') return undefined
    if (typeof modifiers !== 'string') return undefined
    const key = `${modifiers}/${pattern}`
    if (!matchers.has(key)) {
      if (matchers.size >= patternCacheEntries) matchers.clear()
      matchers.set(key, compileMatcher(context, pattern, modifiers))
    }
    return matchers.get(key)?.(text)
  }
}

function compileMatcher(
  context: FunctionContext,
  pattern: string,
  modifiers: string,
): Matcher | undefined {
  if (!/^[msix]*$/.test(modifiers)) return undefined
  const source = modifiers.includes('x') ? withoutSpace(pattern) : pattern
  const flags = [...new Set(modifiers.replaceAll('x', ''))].join('')
  // From here on V8 leaves a pattern that backtracks too much to its linear engine.
  v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  const expression = tryCompile(source, flags)
  if (!expression) return undefined
  return isLinearAble(source) ? (text) => expression.test(text) : bounded(context, source, flags)
}

function tryCompile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    // Azure says undefined, and not an error, of a pattern it cannot read.
    return undefined
  }
}

// The linear engine knows neither lookaround nor back-references, nor large counted repetitions.
function isLinearAble(source: string): boolean {
  return !/\(\?<?[=!]|\\[1-9]|\\k<|\{\d{2,}/.test(source)
}

/** Runs a pattern that may backtrack without end under a time limit. */
function bounded(context: FunctionContext, source: string, flags: string): Matcher {
  const sandbox = vm.createContext({ text: '' })
  const script = new vm.Script(`expression.test(text)`)
  vm.runInContext(`expression = new RegExp(${JSON.stringify(source)}, '${flags}')`, sandbox)
  return (text) => {
    sandbox['text'] = text
    try {
      return script.runInContext(sandbox, { timeout: patternTimeoutMs }) === true
    } catch (error) {
      const message = `The regular expression '${source}' takes too long.`
      throw new CosmosSqlError('SC9015', message, {
        text: context.text,
        start: 0,
        end: context.text.length,
        cause: error,
      })
    }
  }
}

function withoutSpace(pattern: string): string {
  return pattern.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\s+|#[^\n]*/g, (part) =>
    /^[\s#]/.test(part) ? '' : part,
  )
}
