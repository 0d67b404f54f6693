import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { type DeployedDeclaration, dependenciesOf } from '../../languages/bicep/dependencies.ts'
import { Evaluation } from '../../languages/bicep/evaluation.ts'
import { type RuntimeQuestion, ValuePending } from '../../languages/bicep/frame.ts'
import { ModuleInstance } from '../../languages/bicep/module-instance.ts'
import type { ResourceInstance } from '../../languages/bicep/resource-instance.ts'
import type { ModuleDeclaration, ResourceDeclaration } from '../../languages/bicep/syntax.ts'
import type { Answers } from './answers.ts'
import { checkCycles } from './cycles.ts'
import { atSource } from './errors.ts'
import { nestedDeploymentsMax, pendingValuesMax } from './limits.ts'
import type { AppliedResource, ResourceManager } from './service.ts'

/** One deployment under way: each resource and module starts when what it depends on is there. */
export class DeploymentRun {
  readonly #manager: ResourceManager
  readonly #evaluation: Evaluation
  readonly #answers: Answers
  readonly #applied: AppliedResource[]
  readonly #depth: number
  readonly #dependencies = new Map<DeployedDeclaration, Set<DeployedDeclaration>>()
  readonly #ids = new Set<string>()
  readonly #started = new Map<DeployedDeclaration, Promise<void>>()

  constructor(options: {
    manager: ResourceManager
    evaluation: Evaluation
    answers: Answers
    applied: AppliedResource[]
    depth: number
  }) {
    this.#manager = options.manager
    this.#evaluation = options.evaluation
    this.#answers = options.answers
    this.#applied = options.applied
    this.#depth = options.depth
  }

  /** Deploys everything and gives the outputs; `at` is where the parameters are given. */
  async run(at?: SourcePosition): Promise<JsonObject> {
    const { template } = this.#evaluation
    await this.#resolve(() => this.#evaluation.checkParameters(at))
    for (const [declaration, needed] of dependenciesOf(template)) {
      const written =
        template.language === 'arm' ? await this.#writtenDependencies(declaration) : []
      this.#dependencies.set(declaration, new Set([...needed, ...written]))
    }
    checkCycles(this.#dependencies)
    const results = await Promise.allSettled(
      [...this.#dependencies.keys()].map((each) => this.#deployed(each)),
    )
    // What depends on a failed resource fails with the same error, so the first one is the cause.
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return this.#resolve(() => this.#evaluation.outputs())
  }

  // ARM templates name what they depend on in text that is evaluated.
  async #writtenDependencies(declaration: DeployedDeclaration): Promise<DeployedDeclaration[]> {
    const evaluation = this.#evaluation
    const instances = await this.#resolve(() =>
      declaration.kind === 'module'
        ? evaluation.moduleInstances(declaration)
        : evaluation.resourceInstances(declaration),
    )
    return this.#resolve(() => {
      const texts = new Set(instances.flatMap((each) => each.dependsOn()))
      return [...texts].map((text) => {
        const found = evaluation.findDeployed(text)
        if (found) return found.declaration
        const message = `The resource '${text}' is not defined in the template.`
        throw new SourceError('InvalidTemplate', message, declaration.at)
      })
    })
  }

  #deployed(declaration: DeployedDeclaration): Promise<void> {
    const started = this.#started.get(declaration)
    if (started) return started
    const promise = this.#deploy(declaration)
    this.#started.set(declaration, promise)
    return promise
  }

  async #deploy(declaration: DeployedDeclaration): Promise<void> {
    const needed = this.#dependencies.get(declaration) ?? new Set()
    await Promise.all([...needed].map((each) => this.#deployed(each)))
    if (declaration.kind === 'module') return this.#deployModules(declaration)
    if (!declaration.existing) await this.#deployResources(declaration)
  }

  async #deployResources(declaration: ResourceDeclaration): Promise<void> {
    const instances = await this.#resolve(
      () => this.#evaluation.resourceInstances(declaration),
      declaration,
    )
    await inBatches(instances, batchSizeOf(declaration), (each) => this.#deployResource(each))
  }

  async #deployResource(instance: ResourceInstance): Promise<void> {
    const by = instance.declaration
    if (!(await this.#resolve(() => instance.exists(), by))) return
    const id = await this.#resolve(() => instance.id(), by)
    const body = await this.#resolve(() => instance.body(), by)
    const { apiVersion, at } = instance.declaration
    if (this.#ids.has(id.toLowerCase())) {
      const message = `The resource '${id}' is defined multiple times in a template.`
      throw new SourceError('InvalidTemplate', message, at)
    }
    this.#ids.add(id.toLowerCase())
    try {
      this.#applied.push(await this.#manager.put(id, body, { apiVersion }))
    } catch (error) {
      throw atSource(error, id, at)
    }
    this.#answers.forget(id)
  }

  async #deployModules(declaration: ModuleDeclaration): Promise<void> {
    const instances = await this.#resolve(
      () => this.#evaluation.moduleInstances(declaration),
      declaration,
    )
    await inBatches(instances, batchSizeOf(declaration), (each) => this.#deployModule(each))
  }

  async #deployModule(instance: ModuleInstance): Promise<void> {
    const by = instance.declaration
    if (!(await this.#resolve(() => instance.exists(), by))) return
    const { at, name } = by
    const { template } = instance
    const scope = await this.#resolve(() => instance.scope(), by)
    if (scope.kind !== template.targetScope && template.language === 'bicep') {
      const message = `Scope "${scope.kind}" is not valid for the module "${name}". Permitted scopes: "${template.targetScope}".`
      throw new SourceError('BCP134', message, at)
    }
    if (this.#depth >= nestedDeploymentsMax) {
      throw new SourceError('InvalidTemplate', 'Deployments are nested too deeply.', at)
    }
    const evaluation = new Evaluation({
      template,
      deploymentName: await this.#resolve(() => instance.name(), by),
      scope,
      context: this.#evaluation.context,
      parameters: await this.#resolve(() => instance.parameters(), by),
      outer: by.sharesNames === true ? this.#evaluation : undefined,
    })
    const run = new DeploymentRun({
      manager: this.#manager,
      evaluation,
      answers: this.#answers,
      applied: this.#applied,
      depth: this.#depth + 1,
    })
    instance.complete(await run.run(at))
  }

  /** Evaluates, and where a value of a deployed resource is missing, gets it and evaluates again. */
  async #resolve<T>(evaluate: () => T, by?: DeployedDeclaration): Promise<T> {
    for (let count = 0; count < pendingValuesMax; count++) {
      try {
        return evaluate()
      } catch (error) {
        if (!(error instanceof ValuePending)) throw error
        await this.#learn(error.question, by)
      }
    }
    const { file } = this.#evaluation
    const message = `An expression waits for more than ${pendingValuesMax} values of resources.`
    throw new SourceError('InvalidTemplate', message, { file, line: 1, column: 1 })
  }

  // What the expression reads may be in the same template without a dependency that says so.
  async #learn(question: RuntimeQuestion, by?: DeployedDeclaration): Promise<void> {
    const owner = this.#ownerOf(question)
    if (owner && owner !== by) {
      if (by) this.#dependencies.get(by)?.add(owner)
      checkCycles(this.#dependencies)
      await this.#deployed(owner)
    }
    await this.#answers.learn(question)
  }

  #ownerOf(question: RuntimeQuestion): DeployedDeclaration | undefined {
    if (question.kind !== 'module') return this.#evaluation.ownerOf(question.id)
    const { module } = question
    return module instanceof ModuleInstance ? module.declaration : undefined
  }
}

async function inBatches<T>(
  items: readonly T[],
  size: number,
  deploy: (item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(deploy))
  }
}

function batchSizeOf(declaration: DeployedDeclaration): number {
  const decorator = declaration.decorators.find((each) => each.name === 'batchSize')
  const [size] = decorator?.operands ?? []
  const value = size?.kind === 'literal' ? size.value : undefined
  return typeof value === 'number' && value > 0 ? value : Number.POSITIVE_INFINITY
}
