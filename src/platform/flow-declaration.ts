import type { FlowLink, FlowPlace } from '../services/monitor/flow-map.ts'
import { eventFlow } from './event-flow.ts'
import { functionFlow } from './function-flow.ts'
import type { Services } from './services.ts'
import { workflowFlow } from './workflow-flow.ts'

/** Places and arrows of the map. */
export interface DeclaredFlow {
  readonly places: readonly FlowPlace[]
  readonly arrows: readonly FlowLink[]
}

/** What apps, workflows and subscriptions say of the flow, so that the map is there before anything happens. */
export async function declaredFlow(services: Services): Promise<DeclaredFlow> {
  const accounts = services.storage.accounts.declared()
  const account = accounts.length === 1 ? (accounts[0]?.name ?? '') : ''
  const flows = [
    functionFlow(services.functions.apps(), account),
    workflowFlow(services, account),
    await eventFlow(services),
  ]
  const arrows = flows.flatMap((flow) => flow.arrows)
  return { places: [...flows.flatMap((flow) => flow.places), ...arrows.flat()], arrows }
}
