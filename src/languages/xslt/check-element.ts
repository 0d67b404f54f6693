import { wrongElement } from './element-table.ts'
import type { Site } from './site.ts'

/** Refuses an element of XSLT with a wrong name, or with attributes that it does not have or lacks. */
export function checkElement(site: Site): void {
  const wrong = wrongElement(site.element)
  if (wrong !== undefined && !site.isForward) throw site.invalid(wrong.message, wrong.attribute)
}
