import type { Binder, BoundArgument } from './binder.ts'
import type { Operand, Value } from './bound.ts'
import { bindVariables } from './call.ts'
import type { Choice } from './overload.ts'
import type { Local, Scope } from './scope.ts'
import type { ArgumentSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'

/** Binds the arguments of a call, before a member is chosen. */
export function bindArguments(
  binder: Binder,
  list: readonly ArgumentSyntax[],
  scope: Scope,
): BoundArgument[] {
  return list.map((argument): BoundArgument => {
    const { name, passing, value } = argument
    const at = value.at
    if (value.kind === 'declaration') {
      const declared = value
      const type = declared.type && binder.type(declared.type, scope)
      let local: Local | undefined
      const declare = (found: Type): Value => {
        local ??= scope.declare(declared.name, type ?? found, { at })
        return binder.local(local, scope, at)
      }
      const unknown: Operand = {
        kind: 'value',
        type: type ?? binder.world.special('null'),
        run: () => null,
        at,
      }
      return { name, passing, operand: unknown, declare, at }
    }
    const operand = passing === 'value' ? binder.operand(value, scope) : binder.target(value, scope)
    return { name, passing, operand, at }
  })
}

/** Declares and sets the variables that the chosen member gets. */
export function bindChosen(binder: Binder, choice: Choice, scope: Scope): void {
  bindVariables(choice, (value) => binder.markAssigned(value, scope))
}
