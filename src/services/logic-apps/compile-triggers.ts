import {
  type Value,
  type ValueObject,
  isArray,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import type { Catalog } from './compile-context.ts'
import { compileOrRefuse } from './compile-context.ts'
import { compileCondition } from './condition.ts'
import { DefinitionError } from './definition-error.ts'
import type { DefinitionFile } from './definition-file.ts'
import { concurrentRunsMax, waitingRunsDefault, waitingRunsMax } from './limits.ts'
import { findProblems } from '../../languages/workflow-expression/references.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import { triggerTypes, unsupportedTriggers } from './trigger-table.ts'
import { workflowRoots } from './expression-roots.ts'
import { integerOf, listOf, memberOf, objectOf, textOf } from './workflow-value.ts'
import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'

/** Compiles the triggers of a definition. */
export function compileTriggers(
  file: DefinitionFile,
  catalog: Catalog,
): readonly TriggerDefinition[] {
  const triggers = objectOf(file.definition, 'triggers')
  return Object.entries(triggers).map(([name, body]) =>
    new TriggerCompiler(file, name).compile(body, catalog),
  )
}

class TriggerCompiler {
  readonly #file: DefinitionFile
  readonly #name: string

  constructor(file: DefinitionFile, name: string) {
    this.#file = file
    this.#name = name
  }

  compile(body: Value, catalog: Catalog): TriggerDefinition {
    const object = isObject(body) ? body : {}
    const type = textOf(object, 'type') ?? ''
    this.#checkType(type)
    const inputs = memberOf(object, 'inputs') ?? {}
    const recurrence = memberOf(object, 'recurrence')
    const splitOn = memberOf(object, 'splitOn')
    const correlation = objectOf(object, 'correlation')
    const splitCorrelation = objectOf(objectOf(object, 'splitOnConfiguration'), 'correlation')
    const runtimeConfiguration = objectOf(object, 'runtimeConfiguration')
    const definition: TriggerDefinition = {
      name: this.#name,
      type,
      kind: textOf(object, 'kind'),
      body: object,
      rawInputs: inputs,
      // The schema of a Request trigger is no template: `@` in it is text.
      inputs: this.#template(withoutSchema(inputs)),
      recurrence: recurrence === undefined ? undefined : this.#template(recurrence),
      splitOn: splitOn === undefined ? undefined : this.#template(splitOn),
      conditions: listOf(object, 'conditions').map((each) =>
        compileCondition(memberOf(each, 'expression') ?? each, (value) => this.#template(value)),
      ),
      clientTrackingId: this.#optional(memberOf(correlation, 'clientTrackingId')),
      splitTrackingId: this.#optional(memberOf(splitCorrelation, 'clientTrackingId')),
      operationOptions: optionsOf(object),
      runtimeConfiguration,
      secure: secureOf(runtimeConfiguration),
      concurrency: this.#concurrency(runtimeConfiguration, optionsOf(object)),
    }
    triggerTypes.get(type.toLowerCase())?.check?.({
      definition,
      catalog,
      refuse: (message) => this.#fault(message),
    })
    return definition
  }

  #checkType(type: string): void {
    const key = type.toLowerCase()
    if (triggerTypes.has(key)) return
    const why = unsupportedTriggers.get(key)
    throw this.#fault(
      why === undefined
        ? `"The type '${type}' of the trigger is not a known trigger type."`
        : `"The trigger type '${type}' is not supported: ${why}."`,
    )
  }

  #optional(value: Value | undefined): CompiledTemplate | undefined {
    return value === undefined ? undefined : this.#template(value)
  }

  #template(value: Value): CompiledTemplate {
    const template = compileOrRefuse(value, (message) => this.#fault(`"${message}"`))
    const [problem] = findProblems(template.calls, workflowRoots)
    if (problem) throw this.#fault(`"${problem.message}"`)
    return template
  }

  #concurrency(
    runtimeConfiguration: ValueObject,
    options: ReadonlySet<string>,
  ): TriggerDefinition['concurrency'] {
    const concurrency = objectOf(runtimeConfiguration, 'concurrency')
    const runs = integerOf(concurrency, 'runs') ?? (options.has('singleinstance') ? 1 : undefined)
    if (runs === undefined) return undefined
    const waiting = integerOf(concurrency, 'maximumWaitingRuns') ?? waitingRunsDefault + runs
    if (runs < 1 || runs > concurrentRunsMax || waiting < 1 || waiting > waitingRunsMax) {
      throw this.#fault(
        `"The values of 'runtimeConfiguration.concurrency' must be between '1' and '${concurrentRunsMax}' runs and '1' and '${waitingRunsMax}' waiting runs."`,
      )
    }
    return { runs, waiting }
  }

  #fault(message: string): DefinitionError {
    const { source, root } = this.#file
    const position = source.positionOf([...root, 'triggers', this.#name])
    const { line, column } = position
    return new DefinitionError(
      'InvalidTemplate',
      `The template validation failed: 'The template trigger '${this.#name}' at line '${line}' and column '${column}' is not valid: ${message}'.`,
      { path: `triggers/${this.#name}`, position },
    )
  }
}

function withoutSchema(inputs: Value): Value {
  if (!isObject(inputs)) return inputs
  const { schema: _, ...rest } = inputs
  return rest
}

function optionsOf(body: ValueObject): ReadonlySet<string> {
  const options = textOf(body, 'operationOptions') ?? ''
  return new Set(options.split(',').map((option) => option.trim().toLowerCase()))
}

function secureOf(runtimeConfiguration: ValueObject) {
  const properties = memberOf(objectOf(runtimeConfiguration, 'secureData'), 'properties')
  const list = properties !== undefined && isArray(properties) ? properties : []
  return { inputs: list.includes('inputs'), outputs: list.includes('outputs') }
}
