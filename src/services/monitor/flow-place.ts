import type { FlowPlace } from './flow-map.ts'
import type { TraceSpan } from './trace.ts'

/** Where the map shows a span, and whether it is a step within what is counted there already. */
export interface PlacedSpan extends FlowPlace {
  readonly isStep: boolean
}

/** A blob is shown as its container, an action as its workflow: the map has one node for all of them. */
export function placeOf({
  service,
  resource,
}: Pick<TraceSpan, 'service' | 'resource'>): PlacedSpan {
  switch (service) {
    case 'storage':
      return { service, resource: resource.split('/').slice(0, 2).join('/'), isStep: false }
    case 'logic-apps': {
      const [workflow = ''] = resource.split('/')
      return { service, resource: workflow, isStep: workflow !== resource }
    }
    default:
      return { service, resource, isStep: false }
  }
}
