import type { ExpressionEnvironment } from '../../languages/workflow-expression/environment.ts'
import {
  ExpressionError,
  ExpressionSyntaxError,
} from '../../languages/workflow-expression/expression-error.ts'
import { compileTemplate } from '../../languages/workflow-expression/template.ts'
import {
  type Value,
  isArray,
  isInteger,
  isNumber,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import { DefinitionError } from './definition-error.ts'
import type { DefinitionFile } from './definition-file.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/**
 * The values of the parameters of a workflow: of its definition, of the app's parameters.json, or the default. They may
 * name app settings. https://learn.microsoft.com/azure/logic-apps/create-parameters-workflows
 */
export function workflowParameters(
  file: DefinitionFile,
  app: ReadonlyMap<string, Value>,
  environment: ExpressionEnvironment,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>()
  const declared = Object.entries(objectOf(file.definition, 'parameters'))
  for (const [name, declaration] of declared) {
    const given = memberOf(objectOf(file.parameters, name), 'value') ?? app.get(name.toLowerCase())
    const value = given ?? memberOf(declaration, 'defaultValue')
    if (value === undefined) {
      throw fault(file, name, `The workflow parameter '${name}' has no value and no default value.`)
    }
    const evaluated = evaluate(file, { name, value }, environment)
    const type = textOf(declaration, 'type')
    if (type !== undefined && !isOfType(evaluated, type)) {
      throw fault(
        file,
        name,
        `The value of the workflow parameter '${name}' is not of type '${type}'.`,
      )
    }
    values.set(name.toLowerCase(), evaluated)
  }
  for (const [name, value] of app) {
    if (!values.has(name)) values.set(name, evaluate(file, { name, value }, environment))
  }
  return values
}

function evaluate(
  file: DefinitionFile,
  parameter: { name: string; value: Value },
  environment: ExpressionEnvironment,
): Value {
  try {
    return compileTemplate(parameter.value).evaluate(environment)
  } catch (error) {
    if (!(error instanceof ExpressionError) && !(error instanceof ExpressionSyntaxError))
      throw error
    throw fault(
      file,
      parameter.name,
      `The value of the workflow parameter '${parameter.name}' is not valid: '${error.message}'.`,
    )
  }
}

function isOfType(value: Value, type: string): boolean {
  switch (type.toLowerCase()) {
    case 'string':
    case 'securestring':
      return typeof value === 'string'
    case 'int':
    case 'integer':
      return isInteger(value)
    case 'float':
      return isNumber(value)
    case 'bool':
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return isArray(value)
    case 'object':
    case 'secureobject':
      return isObject(value)
    default:
      return true
  }
}

function fault(file: DefinitionFile, name: string, message: string): DefinitionError {
  const position = file.source.positionOf([...file.root, 'parameters', name])
  return new DefinitionError('InvalidTemplate', `The template validation failed: '${message}'.`, {
    path: `parameters/${name}`,
    position,
  })
}
