import {
  buildGraph,
  GraphError,
  type ActionSource,
  type WorkflowGraph,
} from '../../engines/workflow/graph.ts'
import { parseActionStatus, type ActionStatus } from '../../engines/workflow/status.ts'
import { writeJson } from '../../languages/workflow-expression/json-text.ts'
import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'
import {
  type Value,
  type ValueObject,
  isArray,
  isObject,
} from '../../languages/workflow-expression/value.ts'
import type { ActionDefinition } from './action-definition.ts'
import { actionCompilers, unsupportedActions } from './action-table.ts'
import type { Catalog, CompileContext, NotedCalls } from './compile-context.ts'
import { compileOrRefuse } from './compile-context.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import { actionRoots } from './expression-roots.ts'
import { DefinitionError } from './definition-error.ts'
import type { DefinitionFile } from './definition-file.ts'
import type { ManagedConnectorAnswer } from './managed-connector.ts'
import { ReferenceCheck } from './reference-check.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import { compileTriggers } from './compile-triggers.ts'
import { memberOf, objectOf, textOf } from './workflow-value.ts'

/** What a workflow is compiled with. */
export interface CompileOptions {
  readonly file: DefinitionFile
  readonly catalog: Catalog
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, Value>
  readonly recorded: ReadonlyMap<string, ManagedConnectorAnswer>
}

/**
 * Compiles a definition; throws a `DefinitionError` with the host's code and message for the first thing that does not fit.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
 */
export function compileWorkflow(options: CompileOptions): CompiledWorkflow {
  const compiler = new Compiler(options)
  return compiler.compile()
}

class Compiler implements CompileContext {
  readonly catalog: Catalog
  readonly isStateful: boolean
  hasStaticResults = false
  readonly #options: CompileOptions
  readonly #definition: ValueObject
  readonly #actions = new Map<string, ActionDefinition>()
  readonly #places = new Map<ActionDefinition, readonly (string | number)[]>()
  readonly #noted: NotedCalls[] = []

  constructor(options: CompileOptions) {
    this.#options = options
    this.catalog = options.catalog
    this.isStateful = options.file.isStateful
    this.#definition = options.file.definition
  }

  compile(): CompiledWorkflow {
    const { file, parameters } = this.#options
    const triggers = compileTriggers(file, this.catalog)
    const sources = this.#sources(memberOf(this.#definition, 'actions'), {
      path: '',
      place: [...file.root, 'actions'],
    })
    const graph = this.#graph(sources)
    const check = new ReferenceCheck({
      graph,
      actions: this.#actions,
      parameters: new Set(parameters.keys()),
      refuse: (action, message) => this.refuse(action, message),
    })
    for (const noted of this.#noted) check.check(noted)
    this.#hideUses(triggers)
    return {
      name: file.name,
      file,
      graph,
      actions: this.#actions,
      triggers,
      isStateful: file.isStateful,
      hasResponse: [...this.#actions.values()].some(
        ({ type }) => type.toLowerCase() === 'response',
      ),
      recorded: this.#options.recorded,
      parameter: (name) => parameters.get(name.toLowerCase()),
    }
  }

  /** Inputs that use outputs which are not shown are not shown either. */
  #hideUses(triggers: readonly TriggerDefinition[]): void {
    const hidesTrigger = triggers.some(({ secure }) => secure.outputs)
    for (const { action, part, calls } of this.#noted) {
      if (part !== 'inputs') continue
      const usesHidden = calls.some(({ name, literal }) => {
        if (/^trigger/i.test(name)) return hidesTrigger
        if (literal === undefined || !actionRoots.has(name.toLowerCase())) return false
        return this.#actions.get(literal.toLowerCase())?.secure.outputs === true
      })
      const own = usesHidden ? this.#actions.get(action.name.toLowerCase()) : undefined
      if (own) own.secure.inputs = true
    }
  }

  actions(list: Value | undefined, owner: ActionDefinition): readonly ActionSource[] {
    const place = this.#places.get(owner) ?? []
    return this.#sources(list, { path: `${owner.path}/`, place: [...place, 'actions'] })
  }

  template(action: ActionDefinition, value: Value, part: string): CompiledTemplate {
    const template = compileOrRefuse(value, (message) => this.#fault(action, notValid(message)))
    this.#noted.push({ action, part, calls: template.calls })
    return template
  }

  refuse(action: ActionDefinition, message: string): DefinitionError {
    return this.#fault(action, message)
  }

  staticResult(name: string): Value | undefined {
    return memberOf(objectOf(this.#definition, 'staticResults'), name)
  }

  #fault(action: ActionDefinition, message: string): DefinitionError {
    const position = this.#options.file.source.positionOf(this.#places.get(action) ?? [])
    const { line, column } = position
    const text = message.startsWith('The template validation failed')
      ? message
      : `The template validation failed: 'The template action '${action.name}' at line '${line}' and column '${column}' is not valid: ${message}'.`
    const place = { path: `actions/${action.path}`, position }
    return new DefinitionError('InvalidTemplate', text, place)
  }

  #sources(
    list: Value | undefined,
    scope: { path: string; place: readonly (string | number)[] },
  ): readonly ActionSource[] {
    if (list === undefined || list === null) return []
    if (!isObject(list)) {
      throw new DefinitionError('InvalidTemplate', `The 'actions' must be an object.`, {
        path: `actions/${scope.path}`,
        position: this.#options.file.source.positionOf(scope.place),
      })
    }
    return Object.entries(list).map(([name, body]) => {
      const place = [...scope.place, name]
      const action = this.#definitionOf(name, body, { path: `${scope.path}${name}`, place })
      return this.#source(action)
    })
  }

  #source(action: ActionDefinition): ActionSource {
    const key = action.type.toLowerCase()
    const compile = actionCompilers.get(key)
    if (!compile) {
      const why = unsupportedActions.get(key)
      throw this.refuse(
        action,
        why === undefined
          ? `"The type '${action.type}' of the action is not a known action type."`
          : `"The action type '${action.type}' is not supported: ${why}."`,
      )
    }
    const { name, type, runAfter } = action
    return { name, type, runAfter, work: compile(action, this) }
  }

  #definitionOf(
    name: string,
    body: Value,
    scope: { path: string; place: readonly (string | number)[] },
  ): ActionDefinition {
    const type = textOf(body, 'type')
    const object = isObject(body) ? body : {}
    const runtimeConfiguration = objectOf(object, 'runtimeConfiguration')
    const action: ActionDefinition = {
      name,
      path: scope.path,
      type: type ?? '',
      kind: textOf(object, 'kind'),
      inputs: memberOf(object, 'inputs'),
      runAfter: {},
      operationOptions: optionsOf(object),
      runtimeConfiguration,
      limit: objectOf(object, 'limit'),
      body: object,
      secure: secureOf(runtimeConfiguration),
    }
    this.#places.set(action, scope.place)
    const known = this.#actions.get(name.toLowerCase())
    if (known) {
      throw this.refuse(
        action,
        `The template validation failed: 'The action name '${name}' is used more than once: names of actions must be unique in a workflow.'.`,
      )
    }
    if (type === undefined) throw this.refuse(action, `"The property 'type' is required."`)
    const runAfter = this.#runAfterOf(action)
    const complete = { ...action, runAfter }
    this.#places.set(complete, scope.place)
    this.#actions.set(name.toLowerCase(), complete)
    return complete
  }

  #runAfterOf(action: ActionDefinition): Record<string, readonly ActionStatus[]> {
    const runAfter: Record<string, readonly ActionStatus[]> = {}
    for (const [name, list] of Object.entries(objectOf(action.body, 'runAfter'))) {
      const texts = isArray(list) ? list : [list]
      runAfter[name] = texts.map((text) => {
        const status = typeof text === 'string' ? parseActionStatus(text) : undefined
        if (status) return status
        throw this.refuse(
          action,
          `"The 'runAfter' status '${writeJson(text)}' is not valid: it must be one of 'Succeeded, Failed, Skipped, TimedOut'."`,
        )
      })
    }
    return runAfter
  }

  #graph(sources: readonly ActionSource[]): WorkflowGraph {
    try {
      return buildGraph(sources)
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      const name = error.path.split('/').at(-1) ?? ''
      const action = this.#actions.get(name.toLowerCase())
      if (!action) throw new DefinitionError('InvalidTemplate', error.message, { path: error.path })
      throw this.#fault(action, this.#graphMessage(action, error))
    }
  }

  #graphMessage(action: ActionDefinition, error: GraphError): string {
    const { file } = this.#options
    const { line, column } = file.source.positionOf(this.#places.get(action) ?? [])
    const where = `at line '${line}' and column '${column}'`
    const other = error.other ?? ''
    const prefix = `The template validation failed: 'The 'runAfter' property of template action '${action.name}' ${where}`
    switch (error.fault) {
      case 'unknown': {
        if (!this.#actions.has(other.toLowerCase())) {
          return `${prefix} contains non-existent action: '${other}'.'.`
        }
        const level = [...this.#actions.values()]
          .filter((each) => each !== action && levelOf(each) === levelOf(action))
          .map((each) => each.name)
        return `${prefix} is not valid: the action '${other}' must belong to same level as action '${action.name}'. Available actions on same level: '${level.join(',')}'.'.`
      }
      case 'self':
      case 'cycle':
        return `${prefix} is not valid: a circular dependency was found, ${error.message}.'.`
      case 'duplicate':
      case 'depth':
      case 'count':
        return `"${error.message}."`
    }
  }
}

function levelOf(action: ActionDefinition): string {
  return action.path.split('/').slice(0, -1).join('/')
}

function notValid(message: string): string {
  return `"${message}"`
}

function optionsOf(body: ValueObject): ReadonlySet<string> {
  const options = textOf(body, 'operationOptions') ?? ''
  return new Set(
    options
      .split(',')
      .map((option) => option.trim().toLowerCase())
      .filter((option) => option !== ''),
  )
}

function secureOf(runtimeConfiguration: ValueObject) {
  const properties = memberOf(objectOf(runtimeConfiguration, 'secureData'), 'properties')
  const list = properties !== undefined && isArray(properties) ? properties : []
  return { inputs: list.includes('inputs'), outputs: list.includes('outputs') }
}
