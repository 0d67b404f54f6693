import { badRequest } from './errors.ts'
import { checkId } from './item.ts'
import { resourceNameLengthMax } from './limits.ts'

/** The name of a database or container: https://learn.microsoft.com/azure/cosmos-db/concepts-limits */
export function checkResourceName(name: string): void {
  checkId(name)
  if (name.length > resourceNameLengthMax) {
    throw badRequest(`The name exceeds the maximum of ${resourceNameLengthMax} characters.`)
  }
}
