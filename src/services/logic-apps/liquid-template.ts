import { messageOf } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { DotLiquid } from '../../languages/liquid/dot-liquid.ts'
import { liquidBytesMax, liquidMsMax } from './limits.ts'

const liquid = new DotLiquid({
  templateMax: liquidBytesMax,
  renderMsMax: liquidMsMax,
  memoryMax: liquidBytesMax,
})

/** Renders a map: https://learn.microsoft.com/azure/logic-apps/logic-apps-enterprise-integration-liquid-transform */
export function renderLiquid(
  template: string,
  scope: JsonObject,
): { readonly text: string } | { readonly fault: string } {
  try {
    return { text: liquid.compile(template).render(scope) }
  } catch (error) {
    return { fault: `An error occurred while processing the Liquid map. ${messageOf(error)}` }
  }
}
