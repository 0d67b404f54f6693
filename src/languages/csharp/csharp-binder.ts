import { lambdaTriesMax } from './limits.ts'
import { bindAnonymous, arrayInitializer, bindNew } from './bind-creation.ts'
import { bindAssign, bindStep } from './bind-assignment.ts'
import { bindNewArray } from './bind-array.ts'
import { bindCall } from './bind-call.ts'
import { bindIndex } from './bind-index.ts'
import {
  bindAs,
  bindBinary,
  bindCast,
  bindConditional,
  bindInterpolated,
  bindLiteral,
  bindThrow,
  bindWhenNotNull,
} from './bind-expression.ts'
import { bindLambda, delegateRun, resultOfFunction } from './bind-lambda.ts'
import { bindMember, bindName, localValue } from './bind-names.ts'
import { bindIs } from './bind-pattern.ts'
import { bindBlock, bindStatement, bindStatements } from './bind-statement.ts'
import type { BoundBlock, BoundLambda, Delegate, StatementBinder } from './binder.ts'
import type { Operand, Run, Value } from './bound.ts'
import { conversionRun, defaultValue, implicitConversion } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { unaryOperation } from './operators.ts'
import { Scope, type Local } from './scope.ts'
import type {
  BlockSyntax,
  ExpressionSyntax,
  Initializer,
  LambdaSyntax,
  StatementSyntax,
  TypeSyntax,
} from './syntax.ts'
import type { Type } from './type-model.ts'
import { typeText } from './type-text.ts'
import type { TypeWorld } from './type-world.ts'

type OtherSyntax = Extract<
  ExpressionSyntax,
  {
    kind:
      | 'interpolated'
      | 'new'
      | 'new-array'
      | 'anonymous'
      | 'when-not-null'
      | 'receiver'
      | 'throw'
      | 'checked'
      | 'default'
      | 'typeof'
  }
>

/** Finds the types and members that a tree means and compiles it to closures. */
export class CSharpBinder implements StatementBinder {
  readonly world: TypeWorld
  #lambdaTries = 0

  constructor(world: TypeWorld) {
    this.world = world
  }

  operand(syntax: ExpressionSyntax, scope: Scope): Operand {
    if (syntax.kind === 'name') return this.#checked(bindName(this, syntax, scope), scope)
    if (syntax.kind === 'member') return bindMember(this, syntax, scope)
    if (syntax.kind === 'type') {
      return { kind: 'type', type: this.type(syntax.type, scope), at: syntax.at }
    }
    if (syntax.kind === 'lambda') {
      return { kind: 'lambda', lambda: syntax.lambda, scope, at: syntax.at }
    }
    return this.#value(syntax, scope)
  }

  value(syntax: ExpressionSyntax, scope: Scope): Value {
    const operand = this.operand(syntax, scope)
    if (operand.kind === 'value') return operand
    const what = {
      methods: 'a method',
      function: 'a method',
      lambda: 'a lambda',
      type: 'a type',
      generic: 'a type',
      namespace: 'a namespace',
    }
    throw new FaultAtOffset(
      'CS0119',
      `A value is expected here, not ${what[operand.kind]}.`,
      syntax.at,
    )
  }

  target(syntax: ExpressionSyntax, scope: Scope): Value {
    const operand =
      syntax.kind === 'name' ? bindName(this, syntax, scope) : this.value(syntax, scope)
    if (operand.kind === 'value') return operand
    throw new FaultAtOffset(
      'CS0131',
      'The left-hand side of an assignment must be a variable, property or indexer.',
      syntax.at,
    )
  }

  valueAs(syntax: ExpressionSyntax, type: Type, scope: Scope): Run {
    return this.convert(this.operand(syntax, scope), type)
  }

  type(syntax: TypeSyntax, scope: Scope): Type {
    return this.world.resolve(syntax, { typeParameters: [], typeNames: scope.typeNames })
  }

  convert(operand: Operand, type: Type): Run {
    if (operand.kind === 'value') {
      const run = this.#convertValue(operand, type)
      if (run) return run
      throw conversionFault(operand, type)
    }
    const run = delegateRun(this, operand, type)
    if (run) return run
    throw new FaultAtOffset(
      'CS1660',
      `Cannot convert this expression to type '${typeText(type)}'.`,
      operand.at,
    )
  }

  tryConvert(operand: Operand, type: Type): Run | undefined {
    if (operand.kind === 'value') return this.#convertValue(operand, type)
    try {
      return delegateRun(this, operand, type)
    } catch (error) {
      // A lambda that does not compile for these types does not fit them; another overload may.
      if (error instanceof FaultAtOffset) return undefined
      throw error
    }
  }

  lambda(lambda: LambdaSyntax, scope: Scope, delegate: Delegate): BoundLambda {
    // Each level of nested lambdas multiplies the tries of the one below.
    this.#lambdaTries += 1
    if (this.#lambdaTries > lambdaTriesMax) throw new RangeError('Too many lambdas are nested.')
    return bindLambda(this, lambda, scope, delegate)
  }

  functionResult(operand: Operand, parameters: readonly Type[]): Type | undefined {
    try {
      return resultOfFunction(this, operand, parameters)
    } catch (error) {
      if (error instanceof FaultAtOffset) return undefined
      throw error
    }
  }

  block(syntax: BlockSyntax, scope: Scope): BoundBlock {
    return bindBlock(this, syntax, scope)
  }

  statement(syntax: StatementSyntax, scope: Scope): BoundBlock {
    return bindStatement(this, syntax, scope)
  }

  statements(list: readonly StatementSyntax[], scope: Scope): BoundBlock {
    return bindStatements(this, list, scope)
  }

  arrayInitializer(initializer: Initializer, type: Type, scope: Scope): Run {
    return arrayInitializer(this, initializer, { type, scope })
  }

  local(local: Local, scope: Scope, at: number): Value {
    return localValue(local, scope, at)
  }

  markAssigned(value: Value, scope: Scope): void {
    if (value.local) scope.flow.markAssigned(value.local)
  }

  #checked(operand: Operand, scope: Scope): Operand {
    if (operand.kind === 'value' && operand.local && scope.flow.isUnassigned(operand.local)) {
      throw new FaultAtOffset(
        'CS0165',
        `Use of unassigned local variable '${operand.local.name}'.`,
        operand.at,
      )
    }
    return operand
  }

  #convertValue(value: Value, type: Type): Run | undefined {
    if (value.type === type) return value.run
    if (value.type.name === 'void' || type.name === 'void') return undefined
    const conversion = implicitConversion(this.world, value.type, type, value.constant)
    if (!conversion) return undefined
    const { apply } = conversion
    const { run } = value
    if (!apply) return run
    if (value.constant && !conversion.isUser) {
      const converted = apply(value.constant.value)
      return () => converted
    }
    return conversionRun(conversion, run)
  }

  #value(syntax: ExpressionSyntax, scope: Scope): Value {
    switch (syntax.kind) {
      case 'call':
        return bindCall(this, syntax, scope)
      case 'index':
        return bindIndex(this, syntax, scope)
      case 'binary':
        return bindBinary(this, syntax, scope)
      case 'unary':
        return unaryOperation(
          this,
          syntax.operator,
          this.value(negatable(syntax), scope),
          scope.marks.isChecked,
        )
      case 'assign':
        return bindAssign(this, syntax, scope)
      case 'step':
        return bindStep(this, syntax, scope)
      case 'conditional':
        return bindConditional(this, syntax, scope)
      case 'cast':
        return bindCast(this, syntax, scope)
      case 'as':
        return bindAs(this, syntax, scope)
      case 'is':
        return bindIs(this, syntax, scope)
      case 'interpolated':
      case 'new':
      case 'new-array':
      case 'anonymous':
      case 'when-not-null':
      case 'receiver':
      case 'throw':
      case 'checked':
      case 'default':
      case 'typeof':
        return this.#other(syntax, scope)
      case 'name':
      case 'member':
      case 'type':
      case 'lambda':
      case 'declaration':
      case 'number':
      case 'string':
      case 'char':
      case 'boolean':
      case 'null':
        return this.#literal(syntax)
    }
  }

  #other(syntax: OtherSyntax, scope: Scope): Value {
    switch (syntax.kind) {
      case 'interpolated':
        return bindInterpolated(this, syntax, scope)
      case 'new':
        return bindNew(this, syntax, scope)
      case 'new-array':
        return bindNewArray(this, syntax, scope)
      case 'anonymous':
        return bindAnonymous(this, syntax, scope)
      case 'when-not-null':
        return bindWhenNotNull(this, syntax, scope)
      case 'receiver':
        return this.#receiver(scope)
      case 'throw':
        return bindThrow(this, syntax, scope)
      case 'checked':
        return this.value(
          syntax.operand,
          new Scope(scope, scope.owner, {
            isChecked: syntax.isChecked,
            isUnchecked: !syntax.isChecked,
          }),
        )
      case 'default':
        return this.#default(syntax, scope)
      case 'typeof':
        throw new FaultAtOffset('CS0103', "The type 'System.Type' is not allowed.", syntax.at)
    }
  }

  #receiver(scope: Scope): Value {
    if (scope.marks.receiver) return scope.marks.receiver
    throw new FaultAtOffset('CS1525', 'Invalid expression term.', 0)
  }

  #default(syntax: Extract<ExpressionSyntax, { kind: 'default' }>, scope: Scope): Value {
    if (!syntax.type)
      return { kind: 'value', type: this.world.special('default'), run: () => null, at: syntax.at }
    const type = this.type(syntax.type, scope)
    const value = defaultValue(this.world, type)
    return { kind: 'value', type, run: () => value, at: syntax.at }
  }

  #literal(syntax: ExpressionSyntax): Value {
    const literal = bindLiteral(this, syntax)
    if (literal) return literal
    throw new FaultAtOffset('CS1525', 'Invalid expression term.', syntax.at)
  }
}

/** `-2147483648` is an Int32 though its digits alone are not. */
function negatable(syntax: Extract<ExpressionSyntax, { kind: 'unary' }>): ExpressionSyntax {
  const { operand } = syntax
  if (syntax.operator !== '-' || operand.kind !== 'number') return operand
  const { type, digits } = operand.number
  if (type === 'UInt32' && digits === '2147483648')
    return { ...operand, number: { type: 'Int32', digits } }
  if (type === 'UInt64' && digits === '9223372036854775808')
    return { ...operand, number: { type: 'Int64', digits } }
  return operand
}

function conversionFault(value: Value, type: Type): FaultAtOffset {
  const isLiteral = value.constant && value.type.name === 'System.Double'
  const code = isLiteral ? 'CS0664' : 'CS0266'
  return new FaultAtOffset(
    code,
    `Cannot implicitly convert type '${typeText(value.type)}' to '${typeText(type)}'.`,
    value.at,
  )
}
