import type { JsonPath } from '../../base/json-source.ts'
import type { ExpressionEnvironment } from './environment.ts'
import { ExpressionError, ExpressionSyntaxError } from './expression-error.ts'
import type { Evaluator } from './function-body.ts'
import { compileText } from './interpolation.ts'
import { templateDepthMax } from './limits.ts'
import type { CallReference } from './references.ts'
import { isArray, isObject, kindOf, makeObject, type Value, type ValueObject } from './value.ts'
import { checkSize } from './value-size.ts'

/** Inputs of an action or a trigger, ready to be evaluated for each run. */
export interface CompiledTemplate {
  readonly calls: readonly CallReference[]
  /** The value itself where there is nothing to evaluate. */
  readonly constant: Value | undefined
  /** Throws `ExpressionError`. Parts without expressions are shared between results: nobody may change them. */
  readonly evaluate: Evaluator
}

/**
 * Compiles a JSON value: `@expression` keeps its type, `@{...}` inside a text becomes text, `@@` stands for `@`.
 * Throws `ExpressionSyntaxError` with the path of the first text that is wrong.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language#expressions
 */
export function compileTemplate(value: Value): CompiledTemplate {
  const template = templateAt(value, [])
  const { calls, constant, evaluate } = template
  if (constant !== undefined) return template
  return { calls, constant, evaluate: (environment) => checkSize(evaluate(environment)) }
}

function templateAt(value: Value, path: JsonPath): CompiledTemplate {
  if (path.length > templateDepthMax) {
    const message = `The template has more than '${templateDepthMax}' levels.`
    throw new ExpressionSyntaxError(message, 0, path)
  }
  if (typeof value === 'string') return textTemplate(value, path)
  if (isArray(value)) return arrayTemplate(value, path)
  return isObject(value) ? objectTemplate(value, path) : constantTemplate(value)
}

function constantTemplate(value: Value): CompiledTemplate {
  return { calls: [], constant: value, evaluate: () => value }
}

function textTemplate(text: string, path: JsonPath): CompiledTemplate {
  const compiled = compileText(text, path)
  return typeof compiled === 'string'
    ? constantTemplate(compiled)
    : { calls: compiled.calls, constant: undefined, evaluate: compiled.evaluate }
}

function arrayTemplate(items: readonly Value[], path: JsonPath): CompiledTemplate {
  const templates = items.map((item, index) => templateAt(item, [...path, index]))
  if (templates.every(({ constant }, index) => constant === items[index])) {
    return constantTemplate(items)
  }
  return {
    calls: templates.flatMap(({ calls }) => calls),
    constant: undefined,
    evaluate: (environment) => templates.map((template) => template.evaluate(environment)),
  }
}

interface MemberTemplate {
  readonly written: string
  readonly name: CompiledTemplate
  readonly value: CompiledTemplate
}

function objectTemplate(object: ValueObject, path: JsonPath): CompiledTemplate {
  const members = Object.entries(object).map(([written, value]) => ({
    written,
    name: textTemplate(written, path),
    value: templateAt(value, [...path, written]),
  }))
  const isSame = ({ written, name, value }: MemberTemplate): boolean =>
    name.constant === written && value.constant === object[written]
  if (members.every(isSame)) return constantTemplate(object)
  return {
    calls: members.flatMap(({ name, value }) => [...name.calls, ...value.calls]),
    constant: undefined,
    evaluate: objectEvaluator(members),
  }
}

function objectEvaluator(members: readonly MemberTemplate[]): Evaluator {
  return (environment) =>
    makeObject(
      members.map(({ name, value }) => [keyOf(name, environment), value.evaluate(environment)]),
    )
}

function keyOf(name: CompiledTemplate, environment: ExpressionEnvironment): string {
  const key = name.evaluate(environment)
  if (typeof key === 'string') return key
  throw new ExpressionError(
    `The template language expression of a property name must give a string and not a value of type '${kindOf(key)}'.`,
  )
}
