// Survives a crash: the runs of its workflows, the keys of its addresses, the times of its schedules. The definitions are
// read from the folder at each start; a run goes on by the definition that it was started with.
import { isDeepStrictEqual } from 'node:util'
import { newWording } from './wording.ts'
import { WorkflowEngine } from '../../engines/workflow/workflow-engine.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { isObject } from '../../languages/workflow-expression/value.ts'
import { LogicAppSettings, readLocalSettings } from './app-settings.ts'
import type { AppRuntime, BatchCall, ChildCall } from './app-runtime.ts'
import { readAppFolder, type FolderWorkflow } from './app-folder.ts'
import { Artifacts } from './artifacts.ts'
import { CallbackKeys } from './callback-keys.ts'
import { CallbackWaits } from './callback-waits.ts'
import type { Catalog } from './compile-context.ts'
import { compileWorkflow } from './compile-workflow.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import { Connections, readConnectionsFile, readParametersFile } from './connections.ts'
import { DefinitionError } from './definition-error.ts'
import { readDefinition, type DefinitionFile } from './definition-file.ts'
import { triggerNotFound, workflowNotFound, workflowNotLoaded } from './errors.ts'
import { TriggerEnvironment } from './expression-roots.ts'
import { readHostSettings } from './host-settings.ts'
import { callChild } from './child-call.ts'
import { readRecordedAnswers } from './managed-connectors.ts'
import { Maps } from './maps.ts'
import type { WorkflowResponse } from './responder.ts'
import type { RunContext } from './run-context.ts'
import { Schemas } from './schemas.ts'
import type { LogicAppParts } from './service-parts.ts'
import { TriggerListeners } from './trigger-listeners.ts'
import { WorkflowHost } from './workflow-host.ts'
import { workflowParameters } from './workflow-parameters.ts'
import { objectOf } from './workflow-value.ts'

export interface LogicAppOptions {
  readonly name: string
  readonly dir: string
  readonly site: string | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  /** `http://127.0.0.1:7080` */
  readonly baseUrl: string
  readonly parts: LogicAppParts
  /** Definitions that are no files: of a Consumption workflow. */
  readonly definitions?: readonly FolderWorkflow[]
}

/** A workflow of an app as it was loaded. */
export type LoadedWorkflow =
  | { readonly name: string; readonly host: WorkflowHost }
  | { readonly name: string; readonly error: DefinitionError }

/** A logic app: the workflows of one project folder. */
export class LogicApp implements AppRuntime {
  readonly name: string
  readonly site: string | undefined
  readonly location = 'local'
  readonly resourceId: string
  readonly keys: CallbackKeys
  readonly waits: CallbackWaits
  readonly engine: WorkflowEngine<RunContext>
  readonly #options: LogicAppOptions
  readonly #listeners: TriggerListeners
  #siteSettings: Readonly<Record<string, string>>
  #settings: LogicAppSettings
  #artifacts: Artifacts
  #maps: Maps
  #schemas: Schemas
  #connections: Connections
  #hostSettings: AppRuntime['hostSettings']
  #workflows = new Map<string, LoadedWorkflow>()
  /** Workflows whose runs of before the start go on, or have ended. */
  readonly #resumed = new Set<string>()
  /** Loading and opening, one after the other. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: LogicAppOptions) {
    const { name, parts, dir } = options
    this.#options = options
    this.#siteSettings = options.settings
    this.name = name
    this.site = options.site
    this.resourceId = `/subscriptions/local/resourceGroups/local/providers/Microsoft.Web/sites/${options.site ?? name}/hostruntime/runtime/webhooks/workflow/api/management`
    const { store, clock, logger } = parts
    this.keys = new CallbackKeys(store, name)
    this.waits = new CallbackWaits(store, name)
    this.engine = new WorkflowEngine({ store, clock, logger, prefix: 'logic-apps' })
    this.#listeners = new TriggerListeners(parts)
    this.#settings = new LogicAppSettings(options.settings, options.environment)
    this.#artifacts = new Artifacts(dir)
    this.#maps = new Maps(this.#artifacts, parts.transforms)
    this.#schemas = new Schemas(this.#artifacts, parts.transforms)
    this.#hostSettings = readHostSettings(dir, this.#settings)
    this.#connections = new Connections({}, this.#environment())
  }

  get clock() {
    return this.#options.parts.clock
  }

  get logger() {
    return this.#options.parts.logger
  }

  get telemetry() {
    return this.#options.parts.telemetry
  }

  get outgoing() {
    return this.#options.parts.outgoing
  }

  get identityToken() {
    return this.#options.parts.identityToken
  }

  get serviceProviders() {
    return this.#options.parts.serviceProviders
  }

  get connectors() {
    return this.#options.parts.connectors
  }

  get scripts() {
    return this.#options.parts.scripts
  }

  get settings() {
    return this.#settings
  }

  get artifacts() {
    return this.#artifacts
  }

  get maps() {
    return this.#maps
  }

  get schemas() {
    return this.#schemas
  }

  get connections() {
    return this.#connections
  }

  get hostSettings() {
    return this.#hostSettings
  }

  get busyRuns(): number {
    return this.engine.busyCount
  }

  get baseUrl(): string {
    return this.#options.baseUrl
  }

  get workflows(): readonly LoadedWorkflow[] {
    return [...this.#workflows.values()]
  }

  /** Loads the folder, goes on with the runs that had not ended, and opens the triggers. */
  async start(): Promise<void> {
    await this.keys.start()
    this.#load()
    await this.#resumeAll()
    await this.#tellAbandoned()
    await this.#listeners.open(this.#openTriggers())
  }

  /** Loads the folder and says what is in it; opens no trigger and runs nothing. */
  inspect(): readonly LoadedWorkflow[] {
    this.#load()
    return this.workflows
  }

  /** Loads the folder again with other settings of the site. */
  async useSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    if (isDeepStrictEqual(settings, this.#siteSettings)) return
    this.#siteSettings = settings
    // Every trigger is opened again: what it listens to may have another name now.
    this.#workflows = new Map()
    await this.reload()
  }

  /**
   * Loads the folder again: definitions that are as they were keep their triggers open, and what a definition that was
   * not valid held up goes on.
   */
  async reload(): Promise<void> {
    const turn = this.#turn.then(async () => {
      this.#load()
      await this.#resumeAll()
      await this.#listeners.open(this.#openTriggers())
    })
    this.#turn = turn.catch(() => {})
    await turn
  }

  async stop(): Promise<void> {
    await this.#listeners.stop()
    await this.engine.stop()
  }

  /** Events that wait, and runs that do not. */
  async pending(): Promise<number> {
    return this.engine.busyCount + (await this.#listeners.pending())
  }

  find(workflow: string): LoadedWorkflow | undefined {
    return this.#workflows.get(workflow.toLowerCase())
  }

  /** The host of a workflow that was loaded; a `ServiceError` for any other. */
  host(workflow: string): WorkflowHost {
    const found = this.find(workflow)
    if (!found) throw workflowNotFound(workflow)
    if ('error' in found) throw workflowNotLoaded(workflow, found.error.message)
    return found.host
  }

  /** Compiles a definition without taking it over; throws a `DefinitionError`. */
  check(definition: { name: string; text: string }): void {
    const file = readDefinition({ ...definition, file: `${definition.name}/workflow.json` })
    const names = new Set(this.#workflows.keys())
    this.#compile(file, { parameters: readParametersFile(this.#options.dir), names })
  }

  /** Lets a trigger that listens look, or fire, now. */
  runTrigger(workflow: string, trigger: string): Promise<void> {
    return this.#listeners.runNow(workflow, trigger)
  }

  callbackUrl(workflow: CompiledWorkflow, trigger: string | undefined): string {
    const name = trigger ?? workflow.triggers[0]?.name ?? ''
    const found = workflow.triggers.find((each) => each.name.toLowerCase() === name.toLowerCase())
    if (!found) throw triggerNotFound(workflow.name, name)
    const path = `/${workflow.name}/triggers/${found.name}`
    const query = this.keys.query(path, `/triggers/${found.name}/run`)
    const encoded = `/${encodeURIComponent(workflow.name)}/triggers/${encodeURIComponent(found.name)}`
    return `${this.baseUrl}/api${encoded}/invoke?${query}`
  }

  actionCallbackUrl(context: RunContext, key: string): string {
    const path = `/${context.workflow.name}/runs/${context.runId}/actions/${key}`
    const query = this.keys.query(path, '/actions/run')
    const encoded = `/${encodeURIComponent(context.workflow.name)}/runs/${context.runId}/actions/${encodeURIComponent(key)}`
    return `${this.baseUrl}/api${encoded}/run?${query}`
  }

  /** Where the answer of a run is asked for that answers later. */
  operationUrl(host: WorkflowHost, runId: string): string {
    const { name } = host.workflow
    const query = this.keys.query(`/${name}/runs/${runId}/operations`, '/runs/read')
    return `${this.baseUrl}/api/${encodeURIComponent(name)}/runs/${runId}/operations?${query}`
  }

  waitForCallback(context: RunContext, key: string, signal: AbortSignal): Promise<Value> {
    return this.waits.wait(context.runId, key, signal)
  }

  newRunId(): string {
    return this.engine.ids.next()
  }

  callWorkflow(call: ChildCall): Promise<WorkflowResponse & { readonly runId: string }> {
    return callChild(
      { host: this.host(call.workflow), engine: this.engine, clock: this.clock },
      call,
    )
  }

  async sendToBatch(call: BatchCall): Promise<void> {
    await this.#listeners.addToBatch(this.host(call.workflow), call)
  }

  #load(): void {
    const { dir, environment, parts, definitions } = this.#options
    const local = readLocalSettings(dir)
    this.#settings = new LogicAppSettings(this.#siteSettings, local, environment)
    this.#artifacts = new Artifacts(dir)
    this.#maps = new Maps(this.#artifacts, parts.transforms)
    this.#schemas = new Schemas(this.#artifacts, parts.transforms)
    this.#hostSettings = readHostSettings(dir, this.#settings)
    for (const warning of this.#hostSettings.warnings)
      parts.logger.info({ app: this.name }, warning)
    const parameters = readParametersFile(dir)
    this.#connections = new Connections(readConnectionsFile(dir), this.#environment(parameters))
    for (const fault of this.#connections.faults) parts.logger.warn({ app: this.name }, fault)
    const found = definitions ?? readAppFolder(dir)
    const names = new Set(found.map(({ name }) => name.toLowerCase()))
    const loaded = new Map<string, LoadedWorkflow>()
    for (const each of found) {
      loaded.set(each.name.toLowerCase(), this.#loadOne(each, { parameters, names }))
    }
    this.#workflows = loaded
  }

  #loadOne(
    found: FolderWorkflow,
    app: { parameters: ReadonlyMap<string, Value>; names: ReadonlySet<string> },
  ): LoadedWorkflow {
    const { name } = found
    try {
      if ('error' in found) throw found.error
      const before = this.#workflows.get(name.toLowerCase())
      const workflow = this.#compile(found.file, app)
      const isSame =
        before && 'host' in before && before.host.workflow.file.hash === found.file.hash
      // A workflow that is as it was keeps the limits of its triggers.
      if (isSame && this.#isUnchanged(before.host.workflow, workflow)) return before
      return { name, host: this.#newHost(workflow) }
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error
      this.logger.error(
        { app: this.name, workflow: name },
        `the workflow is not valid: ${error.line}`,
      )
      return { name, error }
    }
  }

  #isUnchanged(before: CompiledWorkflow, after: CompiledWorkflow): boolean {
    return before.recorded.size === after.recorded.size && before.isStateful === after.isStateful
  }

  #newHost(workflow: CompiledWorkflow): WorkflowHost {
    return new WorkflowHost({
      app: this,
      workflow,
      engine: this.engine,
      wording: newWording(this.logger),
    })
  }

  #compile(
    file: DefinitionFile,
    app: { parameters: ReadonlyMap<string, Value>; names: ReadonlySet<string> },
  ): CompiledWorkflow {
    this.#addConnections(file)
    const environment = this.#environment(app.parameters)
    return compileWorkflow({
      file,
      catalog: this.#catalog(app.names),
      parameters: workflowParameters(file, app.parameters, environment),
      recorded: readRecordedAnswers(this.#options.dir, file.name),
    })
  }

  /** The connections that a Consumption workflow or a flow brings with its definition. */
  #addConnections(file: DefinitionFile): void {
    const given = objectOf(objectOf(file.parameters, '$connections'), 'value')
    for (const [name, entry] of [
      ...Object.entries(given),
      ...Object.entries(file.connectionReferences),
    ]) {
      if (isObject(entry)) this.#connections.addManaged(name, entry)
    }
  }

  #catalog(names: ReadonlySet<string>): Catalog {
    const { serviceProviders } = this
    return {
      serviceProvider: (id) => {
        const provider = serviceProviders.find(id)
        return (
          provider && {
            hasAction: (operation) => serviceProviders.action(id, operation) !== undefined,
            hasTrigger: (operation) => serviceProviders.trigger(id, operation) !== undefined,
            missing: provider.missing,
          }
        )
      },
      serviceProviderConnection: (name) => this.#connections.provider(name) !== undefined,
      managedConnection: (name) => this.#connections.managed(name) !== undefined,
      functionConnection: (name) => this.#connections.functions(name) !== undefined,
      apiManagementConnection: (name) => this.#connections.apiManagement(name) !== undefined,
      workflow: (name) => names.has(name.toLowerCase()),
      artifact: (kind, name) => this.#artifacts.has(kind, name),
      mapProblem: (name) => this.#maps.problem(name),
      schemaProblem: (use, schema) => this.#schemas.problem(use, schema),
    }
  }

  #environment(parameters: ReadonlyMap<string, Value> = new Map()): TriggerEnvironment {
    return new TriggerEnvironment({
      context: {
        app: this,
        workflow: emptyWorkflow(parameters),
        trigger: undefined,
        clientTrackingId: '',
        runId: '',
        originRunId: '',
      },
      extras: {},
    })
  }

  async #resumeAll(): Promise<void> {
    for (const loaded of this.#workflows.values()) {
      if (!('host' in loaded) || this.#resumed.has(loaded.host.key)) continue
      this.#resumed.add(loaded.host.key)
      await this.#resume(loaded.host)
    }
  }

  /** Runs whose workflow is gone wait until it is there again: that must not be silent. */
  async #tellAbandoned(): Promise<void> {
    for (const [key, count] of await this.engine.history.unfinishedCounts()) {
      const [app, workflow = ''] = key.split('/')
      if (app !== this.name || this.#workflows.has(workflow.toLowerCase())) continue
      const reason = 'The workflow of runs that had not ended is gone.'
      this.logger.error({ workflow: key, runs: count }, reason)
      this.engine.failures.add(key, reason, count)
    }
  }

  async #resume(host: WorkflowHost): Promise<void> {
    await host.resume(async (hash) => {
      const text = await this.engine.history.definition(host.key, hash)
      if (text === undefined) return undefined
      const file = readDefinition({ name: host.workflow.name, file: host.workflow.file.file, text })
      const names = new Set(this.#workflows.keys())
      return this.#compile(file, { parameters: readParametersFile(this.#options.dir), names })
    })
  }

  #openTriggers() {
    const hosts = this.workflows.flatMap((loaded) => ('host' in loaded ? [loaded.host] : []))
    return hosts
      .filter(({ workflow }) => this.#isEnabled(workflow))
      .map((host) => ({ app: this, host }))
  }

  #isEnabled(workflow: CompiledWorkflow): boolean {
    const state = this.#settings.get(`Workflows.${workflow.name}.FlowState`)
    return state === undefined ? workflow.file.isEnabled : state.toLowerCase() !== 'disabled'
  }

  /** Whether requests to a workflow are taken. */
  isEnabled(host: WorkflowHost): boolean {
    return this.#isEnabled(host.workflow)
  }
}

function emptyWorkflow(parameters: ReadonlyMap<string, Value>): CompiledWorkflow {
  const file = readDefinition({ name: '', file: '', text: '{"definition":{}}' })
  return {
    name: '',
    file,
    graph: { root: { nodes: [], owner: undefined }, nodes: new Map() },
    actions: new Map(),
    triggers: [],
    isStateful: true,
    hasResponse: false,
    recorded: new Map(),
    parameter: (name) => parameters.get(name.toLowerCase()),
  }
}
