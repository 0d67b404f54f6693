import type { ParameterDeclaration, Template } from './syntax.ts'
import type { Value } from './values.ts'

export function checkParameter(
  _declaration: ParameterDeclaration,
  value: Value,
  _template: Template,
): Value {
  return value
}
