import { SourceError } from '../../base/errors.ts'
import type { Binary, BinaryOperator, Expression } from './syntax.ts'
import { type Value, areEqual, typeName } from './values.ts'

/**
 * Applies an operator of two operands.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators
 */
export function calculate(expression: Binary, evaluate: (operand: Expression) => Value): Value {
  const left = evaluate(expression.left)
  switch (expression.operator) {
    case '??':
      return left === null ? evaluate(expression.right) : left
    case '&&':
      return flag(left, expression) && flag(evaluate(expression.right), expression)
    case '||':
      return flag(left, expression) || flag(evaluate(expression.right), expression)
    case '==':
      return areEqual(left, evaluate(expression.right), expression.at)
    case '!=':
      return !areEqual(left, evaluate(expression.right), expression.at)
    case '=~':
    case '!~': {
      const same = text(left, expression) === text(evaluate(expression.right), expression)
      return same === (expression.operator === '=~')
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isOrdered(expression.operator, [left, evaluate(expression.right)], expression)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(expression.operator, [left, evaluate(expression.right)], expression)
  }
}

function flag(value: Value, expression: Binary): boolean {
  if (typeof value === 'boolean') return value
  throw cannotApply(expression, [value])
}

function text(value: Value, expression: Binary): string {
  if (typeof value === 'string') return value.toLowerCase()
  throw cannotApply(expression, [value])
}

function isOrdered(
  operator: '<' | '<=' | '>' | '>=',
  [left, right]: readonly [Value, Value],
  expression: Binary,
): boolean {
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string')
  if (!comparable) throw cannotApply(expression, [left, right])
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}

function arithmetic(
  operator: '+' | '-' | '*' | '/' | '%',
  [left, right]: readonly [Value, Value],
  expression: Binary,
): number {
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw cannotApply(expression, [left, right])
  }
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  if (right === 0) throw new SourceError('InvalidTemplate', 'Division by zero.', expression.at)
  return operator === '/' ? Math.trunc(left / right) : left % right
}

function cannotApply(expression: Binary, values: readonly Value[]): SourceError {
  const types = values.map((value) => `"${typeName(value)}"`).join(' and ')
  const operator: BinaryOperator = expression.operator
  const message = `Cannot apply operator "${operator}" to operands of type ${types}.`
  return new SourceError('BCP045', message, expression.at)
}
