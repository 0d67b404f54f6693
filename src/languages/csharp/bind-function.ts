import type { RunStatement, StatementBinder } from './binder.ts'
import type { GenericFunction, Run } from './bound.ts'
import { closure } from './bind-lambda.ts'
import { constantOf } from './constant.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { genericInstancesMax } from './limits.ts'
import { FunctionScope, placeOf, readLocal, Scope, type Local } from './scope.ts'
import type { ParameterSyntax, StatementSyntax } from './syntax.ts'
import type { Parameter, Type } from './type-model.ts'

type FunctionSyntax = Extract<StatementSyntax, { kind: 'function' }>

/** Declares a local function now; its body is compiled by the result, when all names are known. */
export function declareFunction(
  binder: StatementBinder,
  statement: FunctionSyntax,
  scope: Scope,
): () => RunStatement {
  const names = statement.typeParameters
  const open = namesFor(
    scope,
    names,
    names.map((name) => binder.world.parameter(name)),
  )
  const signature = signatureOf(binder, statement, open)
  const holder = declareHolder(binder, statement, scope, '')
  const makers: RunStatement[] = []
  scope.declareFunction({
    kind: 'function',
    name: statement.name,
    ...signature,
    run: readLocal(holder, scope.owner),
    holder,
    ...(names.length > 0 ? { generic: genericFunction(binder, { statement, scope, makers }) } : {}),
    at: statement.at,
  })
  return () => {
    if (names.length === 0) makers.push(compileFunction(binder, statement, { scope, holder }))
    // More are added while the rest of the block is compiled.
    return (frame) => {
      for (const make of makers) make(frame)
      return undefined
    }
  }
}

/** A generic function is compiled once for each choice of types that it is called with. */
function genericFunction(
  binder: StatementBinder,
  use: { statement: FunctionSyntax; scope: Scope; makers: RunStatement[] },
): GenericFunction {
  const { statement, scope, makers } = use
  const names = statement.typeParameters
  const holders = new Map<string, Local>()
  return {
    typeParameters: names.map((name) => binder.world.parameter(name)),
    holderFor(types) {
      const key = types.map((type) => type.name).join()
      const known = holders.get(key)
      if (known) return known
      if (holders.size >= genericInstancesMax)
        throw new RangeError('A generic function is used with too many types.')
      const holder = declareHolder(binder, statement, scope, `<${key}>`)
      holders.set(key, holder)
      const closed = namesFor(scope, names, types)
      makers.push(compileFunction(binder, statement, { scope: closed, holder }))
      return holder
    },
  }
}

function namesFor(scope: Scope, names: readonly string[], types: readonly Type[]): Scope {
  if (names.length === 0) return scope
  const typeNames = new Map(scope.typeNames)
  for (const [index, name] of names.entries()) {
    const type = types[index]
    if (type) typeNames.set(name, type)
  }
  return new Scope(scope, scope.owner, {}, typeNames)
}

function declareHolder(
  binder: StatementBinder,
  statement: FunctionSyntax,
  scope: Scope,
  types: string,
): Local {
  const name = `<${statement.name}${types}>`
  return scope.declare(name, binder.world.get('System.Object'), { at: statement.at })
}

function signatureOf(
  binder: StatementBinder,
  statement: FunctionSyntax,
  scope: Scope,
): { type: Type; parameters: Parameter[] } {
  const type = statement.type ? binder.type(statement.type, scope) : binder.world.special('void')
  const parameters = statement.parameters.map((parameter) =>
    functionParameter(binder, parameter, scope),
  )
  return { type, parameters }
}

function compileFunction(
  binder: StatementBinder,
  statement: FunctionSyntax,
  use: { scope: Scope; holder: Local },
): RunStatement {
  const { scope, holder } = use
  const { type, parameters } = signatureOf(binder, statement, scope)
  const owner = new FunctionScope(scope.owner, type)
  const inner = new Scope(scope, owner, { inLoop: false, inSwitch: false, caught: undefined })
  for (const [index, parameter] of statement.parameters.entries()) {
    const found = parameters[index]
    if (found) inner.declare(parameter.name, found.type, { at: parameter.at })
  }
  const body = functionBody(binder, statement, { inner, isVoid: type.name === 'void' })
  const make = placeOf(holder, scope.owner).assign(closure(owner, body, parameters.length))
  return (frame) => {
    make(frame)
    return undefined
  }
}

function functionBody(
  binder: StatementBinder,
  statement: FunctionSyntax,
  use: { inner: Scope; isVoid: boolean },
): Run {
  const { inner, isVoid } = use
  const { returnType } = inner.owner
  if (statement.body) {
    return isVoid || !returnType
      ? binder.value(statement.body, inner).run
      : binder.valueAs(statement.body, returnType, inner)
  }
  if (!statement.block)
    throw new FaultAtOffset('CS8112', 'A local function must declare a body.', statement.at)
  const block = binder.block(statement.block, inner)
  if (!isVoid && !block.ends)
    throw new FaultAtOffset(
      'CS0161',
      `'${statement.name}': not all code paths return a value.`,
      statement.at,
    )
  return (frame) => {
    block.run(frame)
    return frame.result
  }
}

function functionParameter(
  binder: StatementBinder,
  parameter: ParameterSyntax,
  scope: Scope,
): Parameter {
  if (!parameter.type) throw new FaultAtOffset('CS1031', 'Type expected.', parameter.at)
  if (parameter.passing === 'ref' || parameter.passing === 'out') {
    throw new FaultAtOffset(
      'CS8059',
      'The ref and out parameters of local functions are not supported.',
      parameter.at,
    )
  }
  const type = binder.type(parameter.type, scope)
  const fallback = parameter.fallback && constantOf(parameter.fallback)
  if (parameter.fallback && !fallback)
    throw new FaultAtOffset(
      'CS1736',
      'A default parameter value must be a compile-time constant.',
      parameter.at,
    )
  return { name: parameter.name, type, passing: parameter.passing, fallback }
}
