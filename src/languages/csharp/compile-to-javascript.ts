import assert from 'node:assert/strict'
import type { Run } from './bound.ts'

/**
 * Code whose text is JavaScript of ours with code inside it, so that V8 compiles a whole expression at once. Nothing
 * of an expression's own text gets into it: a part is code of the same kind, or is handed over by reference.
 */
export function javascript(text: TemplateStringsArray, ...parts: readonly Part[]): Run {
  const code: Code = { text, parts, size: 1 + parts.reduce((sum, part) => sum + sizeOf(part), 0) }
  let compiled: Run | undefined
  const run: Run = (frame) => {
    compiled ??= compile(code)
    return compiled(frame)
  }
  codes.set(run, code)
  return run
}

/** The code without the look whether it is compiled already. */
export function compiledRun(run: Run): Run {
  const code = codes.get(run)
  return code ? compile(code) : run
}

/** A value that the text refers to by a name. */
export function constant(value: unknown): Constant {
  return new Constant(value)
}

/** A name for something that the text keeps until it is needed; in all places the same one. */
export function temporary(): Temporary {
  return new Temporary()
}

/** Code as a function of its own in the frame around it: `(value) => ...`. */
export function functionOf(run: Run): FunctionPart {
  const code = codes.get(run)
  assert(code)
  return new FunctionPart(code)
}

type Part = Run | Constant | Temporary | FunctionPart

class Constant {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

class Temporary {
  readonly kind = 'temporary'
}

class FunctionPart {
  readonly code: Code

  constructor(code: Code) {
    this.code = code
  }
}

interface Code {
  readonly text: TemplateStringsArray
  readonly parts: readonly Part[]
  readonly size: number
}

const codes = new WeakMap<Run, Code>()

// Longer code is a function of its own: no text nests deeper than its parser and compiler can take.
const inlinedSizeMax = 150

function inlined(run: Run): Code | undefined {
  const code = codes.get(run)
  return code && code.size <= inlinedSizeMax ? code : undefined
}

function sizeOf(part: Part): number {
  if (part instanceof Constant || part instanceof Temporary) return 0
  return part instanceof FunctionPart ? part.code.size : (inlined(part)?.size ?? 1)
}

/** The values that a text refers to, each with a name of ours. */
type Constants = Map<unknown, string>

function compile(code: Code): Run {
  const constants: Constants = new Map()
  const body = functionText(code, { parameter: 'frame', constants })
  const values = [...constants.keys()]
  const declared = [...constants.values()].map((name, index) => `const ${name} = values[${index}]`)
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made of the templates in our own sources only
  const made: unknown = new Function(
    'values',
    `'use strict'\n${declared.join('\n')}\nreturn ${body}`,
  )(values)
  assert(isRun(made))
  return made
}

function isRun(value: unknown): value is Run {
  return typeof value === 'function'
}

function functionText(
  code: Code,
  { parameter, constants }: { parameter: 'frame' | 'value'; constants: Constants },
): string {
  const temporaries = new Map<Temporary, string>()
  const text = write(code, constants, temporaries)
  const names = [...temporaries.values()]
  return `(${parameter}) => { ${names.length === 0 ? '' : `let ${names.join(', ')}; `}return ${text} }`
}

function write(code: Code, constants: Constants, temporaries: Map<Temporary, string>): string {
  const texts = code.parts.map((part) => {
    if (part instanceof Constant) return nameIn(constants, part.value, 'constant')
    if (part instanceof Temporary) return nameIn(temporaries, part, 'temporary')
    if (part instanceof FunctionPart)
      return `(${functionText(part.code, { parameter: 'value', constants })})`
    const inner = inlined(part)
    return inner
      ? `(${write(inner, constants, temporaries)})`
      : `${nameIn(constants, part, 'constant')}(frame)`
  })
  return String.raw({ raw: code.text }, ...texts)
}

function nameIn<Key>(names: Map<Key, string>, key: Key, prefix: string): string {
  const known = names.get(key)
  if (known !== undefined) return known
  const name = `${prefix}${names.size}`
  names.set(key, name)
  return name
}
