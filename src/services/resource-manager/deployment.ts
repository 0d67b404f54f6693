import type { JsonObject, JsonValue } from '../../base/json.ts'
import { Evaluation } from '../../languages/bicep/evaluation.ts'
import type { DeploymentContext, ReadFile } from '../../languages/bicep/frame.ts'
import { loadTemplate } from '../../languages/bicep/loader.ts'
import { parseParametersFile } from '../../languages/bicep/parameters-file.ts'
import { type DeploymentScope, scopeId } from '../../languages/bicep/scope.ts'
import type { Value } from '../../languages/bicep/values.ts'
import { Answers } from './answers.ts'
import { DeploymentRun } from './deployment-run.ts'
import type { AppliedResource, ResourceManager } from './service.ts'

/** What is deployed, and where. */
export interface DeployOptions {
  /** A Bicep file or an ARM JSON template. */
  readonly file: string
  /** `main.parameters.json`; without it the one beside the template, where there is one. */
  readonly parametersFile?: string
  /** Values that go before those of the file. */
  readonly parameters?: Readonly<Record<string, JsonValue>>
  readonly readFile: ReadFile
  /** For `${AZURE_ENV_NAME}` in the parameters file. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The group of a template whose target is a resource group; made when it does not exist. */
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
  const { readFile, environment = {} } = options
  const { subscriptionId, tenantId, location, subscriptionName = 'Local' } = manager.options
  const template = loadTemplate(options.file, readFile)
  const deploymentName = options.deploymentName ?? 'main'
  const scope: DeploymentScope = {
    kind: template.targetScope,
    subscriptionId,
    resourceGroup:
      template.targetScope === 'resourceGroup' ? (options.resourceGroup ?? 'rg-local') : '',
    managementGroup: tenantId,
  }
  const answers = new Answers(manager)
  const context: DeploymentContext = {
    readFile,
    environment: { AZURE_LOCATION: location, ...environment },
    answer: (question) => answers.find(question),
    timeMs: manager.options.clock.now(),
    seed: deploymentName,
    tenantId,
    subscriptionName,
  }
  const parameters = parametersOf(options, context)
  const evaluation = new Evaluation({ template, deploymentName, scope, context, parameters })
  evaluation.checkParameters()
  if (scope.kind === 'resourceGroup') await ensureGroup(manager, scope)
  const resources: AppliedResource[] = []
  const run = new DeploymentRun({ manager, evaluation, answers, applied: resources, depth: 0 })
  return { outputs: await run.run(), resources }
}

function parametersOf(
  options: DeployOptions,
  context: DeploymentContext,
): ReadonlyMap<string, Value> {
  const file = options.parametersFile ?? options.file.replace(/\.\w+$/, '.parameters.json')
  const text = options.readFile(file)
  const fromFile =
    text === undefined ? new Map() : parseParametersFile(text, file, context.environment)
  return new Map<string, Value>([...fromFile, ...Object.entries(options.parameters ?? {})])
}

async function ensureGroup(manager: ResourceManager, scope: DeploymentScope): Promise<void> {
  const id = scopeId(scope)
  if (await manager.get(id)) return
  await manager.put(id, { location: manager.options.location }, { apiVersion: '2024-03-01' })
}
