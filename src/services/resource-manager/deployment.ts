import { SourceError } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { Evaluation } from '../../languages/bicep/evaluation.ts'
import type { DeploymentContext, ReadFile } from '../../languages/bicep/frame.ts'
import { loadTemplate } from '../../languages/bicep/loader.ts'
import { type DeploymentScope, scopeId } from '../../languages/bicep/scope.ts'
import { Answers } from './answers.ts'
import { DeploymentRun } from './deployment-run.ts'
import { type DeclaredResource, declaredResources } from './inspection.ts'
import { givenParameters } from './parameters.ts'
import type { AppliedResource, ResourceClass, ResourceManager } from './service.ts'

/** What is deployed, and where. */
export interface DeployOptions {
  /** A Bicep file or an ARM JSON template. */
  readonly file: string
  /** `main.parameters.json`; without it the one beside the template, where there is one. */
  readonly parametersFile?: string
  /** Values that go before those of the file. */
  readonly parameters?: Readonly<Record<string, JsonValue>>
  /** Paths that begin with `~/` are in the home folder: Bicep keeps the modules of registries there. */
  readonly readFile: ReadFile
  /** For `${AZURE_ENV_NAME}` in the parameters file. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /**
   * The group of a template whose target is a resource group; made when it does not exist. Without it
   * `AZURE_RESOURCE_GROUP`, or `rg-` and the name of the environment.
   */
  readonly resourceGroup?: string
  readonly deploymentName?: string
}

export interface DeploymentResult {
  readonly outputs: JsonObject
  /** Every resource of the template in the order in which it was deployed. */
  readonly resources: readonly AppliedResource[]
}

/** Evaluates a template and puts what it declares, in the order of its dependencies. */
export async function deploy(
  manager: ResourceManager,
  options: DeployOptions,
): Promise<DeploymentResult> {
  const { evaluation, answers } = await prepare(manager, options)
  refuseUnsupported(manager, evaluation)
  const { scope } = evaluation
  if (scope.kind === 'resourceGroup') await ensureGroup(manager, scope)
  const resources: AppliedResource[] = []
  const run = new DeploymentRun({ manager, evaluation, answers, applied: resources, depth: 0 })
  return { outputs: await run.run(), resources }
}

/** A declared resource and how the platform treats its type. */
export interface CheckedResource extends DeclaredResource {
  readonly class: ResourceClass
}

/** Reads a template and says of each resource how the platform treats it; deploys nothing. */
export async function check(
  manager: ResourceManager,
  options: DeployOptions,
): Promise<readonly CheckedResource[]> {
  const { evaluation } = await prepare(manager, options)
  return declaredResources(evaluation).map((each) => ({
    ...each,
    class: manager.classOf(each.type),
  }))
}

async function prepare(
  manager: ResourceManager,
  options: DeployOptions,
): Promise<{ evaluation: Evaluation; answers: Answers }> {
  const { readFile, environment = {} } = options
  const { subscriptionId, tenantId, location, subscriptionName = 'Local' } = manager.options
  const template = loadTemplate(options.file, readFile)
  const deploymentName = options.deploymentName ?? 'main'
  const { targetScope: kind } = template
  const resourceGroup = kind === 'resourceGroup' ? groupOf(options, deploymentName) : ''
  const scope = { kind, subscriptionId, resourceGroup, managementGroup: tenantId }
  const origin = await manager.deploymentOrigin(deploymentName)
  const answers = new Answers(manager)
  const context: DeploymentContext = {
    readFile,
    environment,
    location,
    answer: (question) => answers.find(question),
    ...origin,
    tenantId,
    subscriptionName,
  }
  const given = givenParameters(template, options, {
    context,
    standIns: {
      AZURE_ENV_NAME: deploymentName,
      AZURE_LOCATION: location,
      AZURE_SUBSCRIPTION_ID: subscriptionId,
      AZURE_TENANT_ID: tenantId,
    },
  })
  const parameters = new Map([...given].map(([name, { value }]) => [name, value] as const))
  const givenAt = new Map([...given].flatMap(([name, { at }]) => (at ? [[name, at] as const] : [])))
  return {
    evaluation: new Evaluation({ template, deploymentName, scope, context, parameters, givenAt }),
    answers,
  }
}

// As azd does: the group that is named, or the one that is called for the environment.
function groupOf(options: DeployOptions, deploymentName: string): string {
  const { resourceGroup, environment = {} } = options
  const name = environment['AZURE_ENV_NAME'] || deploymentName
  return resourceGroup ?? (environment['AZURE_RESOURCE_GROUP'] || `rg-${name}`)
}

// Before anything is put, so that a template that cannot be deployed leaves nothing behind.
function refuseUnsupported(manager: ResourceManager, evaluation: Evaluation): void {
  for (const { type, name, at, certain } of declaredResources(evaluation)) {
    if (!certain || manager.classOf(type) !== 'unsupported') continue
    const message = `The resource type "${type}" of "${name}" is not supported.`
    throw new SourceError('InvalidResourceType', message, at)
  }
}

async function ensureGroup(manager: ResourceManager, scope: DeploymentScope): Promise<void> {
  const id = scopeId(scope)
  if (await manager.get(id)) return
  await manager.put(id, { location: manager.options.location }, { apiVersion: '2024-03-01' })
}
