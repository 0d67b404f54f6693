import type { JsonPath } from '../../base/json-source.ts'
import type { RootTable } from './environment.ts'
import { signatures } from './signatures.ts'
import type { CallExpression, Expression } from './syntax-tree.ts'

/** A call in an expression: what the loader of a definition checks before anything runs. */
export interface CallReference {
  /** The function as it is written. */
  readonly name: string
  readonly argumentCount: number
  /** The first argument when it is a string: the action, variable or parameter that is meant. */
  readonly literal: string | undefined
  /** From the start of the string that holds the expression. */
  readonly offset: number
  /** Where that string stands in the inputs. */
  readonly path: JsonPath
}

/** What is wrong with a call, and where. */
export interface ReferenceProblem {
  readonly message: string
  readonly offset: number
  readonly path: JsonPath
}

/** All calls of an expression, also those that evaluation may skip. */
export function callsOf(expression: Expression): CallReference[] {
  switch (expression.type) {
    case 'literal':
      return []
    case 'member':
      return [...callsOf(expression.target), ...callsOf(expression.key)]
    case 'call':
      return [referenceOf(expression), ...expression.args.flatMap(callsOf)]
  }
}

function referenceOf({ name, args, start }: CallExpression): CallReference {
  const [first] = args
  const literal =
    first?.type === 'literal' && typeof first.value === 'string' ? first.value : undefined
  return { name, argumentCount: args.length, literal, offset: start, path: [] }
}

/** The names of actions, variables or parameters that calls of a function mean. */
export function namesIn(calls: readonly CallReference[], functionName: string): string[] {
  const lower = functionName.toLowerCase()
  return calls
    .filter(({ name }) => name.toLowerCase() === lower)
    .flatMap(({ literal }) => (literal === undefined ? [] : [literal]))
}

/** Calls of functions that neither the language nor the host has, and calls with a wrong count of arguments. */
export function findProblems(
  calls: readonly CallReference[],
  roots: RootTable,
): ReferenceProblem[] {
  return calls.flatMap((call) => {
    const message = callProblem(call.name, call.argumentCount, roots)
    return message === undefined ? [] : [{ message, offset: call.offset, path: call.path }]
  })
}

/** What the host says of a call before it evaluates anything of it. */
export function callProblem(name: string, count: number, roots: RootTable): string | undefined {
  const own = signatures.get(name.toLowerCase())
  if (own) {
    if (count >= own.argumentsMin && count <= own.argumentsMax) return undefined
    return `The template language function '${name}' ${own.sentence.replace('{count}', String(count))}`
  }
  const root = roots.get(name.toLowerCase())
  if (!root) return `The template function '${name}' is not defined or not valid.`
  if (count >= root.argumentsMin && count <= root.argumentsMax) return undefined
  return `The template language function '${name}' ${rootSentence(root.argumentsMax)}`
}

function rootSentence(argumentsMax: number): string {
  if (argumentsMax === 0) return 'must not have any parameters.'
  return argumentsMax === 1
    ? 'must have only one parameter.'
    : `must have at most '${argumentsMax}' parameters.`
}
