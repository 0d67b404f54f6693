import type { Binder, BoundArgument } from './binder.ts'
import { implicitConversion } from './conversions.ts'
import { delegateOf } from './delegates.ts'
import { Scope } from './scope.ts'
import type { Member, Type } from './type-model.ts'

/** An argument with the parameter type it goes to. */
export interface Pairing {
  readonly argument: BoundArgument
  readonly type: Type
}

/**
 * The type arguments that the arguments of a call imply, or undefined.
 * https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions#1263-type-inference
 */
export function inferTypes(
  binder: Binder,
  member: Member,
  pairings: readonly Pairing[],
): readonly Type[] | undefined {
  const inference = new Inference(binder, member.typeParameters)
  const waiting: Pairing[] = []
  for (const pairing of pairings) {
    if (!inference.learn(pairing)) waiting.push(pairing)
  }
  for (let progress = true; progress && waiting.length > 0;) {
    const ready = waiting.findIndex((pairing) => inference.learnFromFunction(pairing))
    progress = ready !== -1
    if (progress) waiting.splice(ready, 1)
  }
  return inference.results()
}

class Inference {
  readonly #binder: Binder
  readonly #parameters: readonly Type[]
  readonly #bounds = new Map<Type, Set<Type>>()
  readonly #fixed = new Map<Type, Type>()

  constructor(binder: Binder, parameters: readonly Type[]) {
    this.#binder = binder
    this.#parameters = parameters
  }

  /** Learns from an argument that has a type; false when it is a lambda or a group of methods. */
  learn(pairing: Pairing): boolean {
    const { operand } = pairing.argument
    if (operand.kind === 'value') {
      this.#bound(operand.type, pairing.type)
      return true
    }
    if (operand.kind === 'lambda') this.#learnParameters(pairing)
    return false
  }

  /** Learns from the result of a lambda or method once its parameters are known. */
  learnFromFunction(pairing: Pairing): boolean {
    const delegate = delegateOf(this.#binder.world, pairing.type)
    if (!delegate) return true
    const inputs = delegate.parameters.map((type) => this.#fix(type))
    const known = inputs.filter((type) => type !== undefined)
    if (known.length < inputs.length) return false
    const result = this.#resultOf(pairing.argument, known)
    if (result && result.name !== 'void') this.#bound(result, delegate.result)
    return true
  }

  results(): readonly Type[] | undefined {
    const found = this.#parameters.map(
      (parameter) => this.#fixed.get(parameter) ?? this.#best(parameter),
    )
    const known = found.filter((type) => type !== undefined)
    return known.length === found.length ? known : undefined
  }

  #resultOf(argument: BoundArgument, inputs: readonly Type[]): Type | undefined {
    return this.#binder.functionResult(argument.operand, inputs)
  }

  #learnParameters(pairing: Pairing): void {
    const { operand } = pairing.argument
    const delegate = delegateOf(this.#binder.world, pairing.type)
    if (!delegate || operand.kind !== 'lambda' || !(operand.scope instanceof Scope)) return
    for (const [index, parameter] of operand.lambda.parameters.entries()) {
      const target = delegate.parameters[index]
      if (parameter.type && target)
        this.#bound(this.#binder.type(parameter.type, operand.scope), target)
    }
  }

  /** The type with its parameters fixed, or undefined while one of them has no bound. */
  #fix(type: Type): Type | undefined {
    const open = this.#parameters.filter((parameter) => mentions(type, parameter))
    for (const parameter of open) {
      const best = this.#fixed.get(parameter) ?? this.#best(parameter)
      if (!best) return undefined
      this.#fixed.set(parameter, best)
    }
    return this.#binder.world.substitute(type, this.#fixed)
  }

  #best(parameter: Type): Type | undefined {
    return bestCommonType(this.#binder, [...(this.#bounds.get(parameter) ?? [])])
  }

  #bound(from: Type, to: Type): void {
    if (from.kind === 'special') return
    if (this.#parameters.includes(to)) {
      const known = this.#bounds.get(to) ?? new Set()
      this.#bounds.set(to, known.add(from))
      return
    }
    const { world } = this.#binder
    if (to.element && from.element) {
      this.#bound(from.element, to.element)
      return
    }
    const underlying = world.underlying(to)
    if (underlying) {
      this.#bound(world.underlying(from) ?? from, underlying)
      return
    }
    const same =
      to.definition && to.arguments.length > 0 ? world.asInstanceOf(from, to.definition) : undefined
    for (const [index, argument] of (same?.arguments ?? []).entries()) {
      const target = to.arguments[index]
      if (target) this.#bound(argument, target)
    }
  }
}

/** The type among some that all others convert to. */
export function bestCommonType(binder: Binder, types: readonly Type[]): Type | undefined {
  const candidates = types.filter((type) => type.kind !== 'special')
  return candidates.find((candidate) =>
    types.every((type) => type === candidate || implicitConversion(binder.world, type, candidate)),
  )
}

function mentions(type: Type, parameter: Type): boolean {
  if (type === parameter) return true
  if (type.element) return mentions(type.element, parameter)
  return type.arguments.some((argument) => mentions(argument, parameter))
}
