import type { SourcePosition } from '../../base/errors.ts'
import { formatPosition } from '../../base/errors.ts'

/**
 * A definition that is not taken: the code and message are the host's, `path` leads to the action or trigger.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-diagnosing-failures
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError'
  readonly code: string
  /** `actions/Scope/Inner`, `triggers/manual`; empty for the whole definition. */
  readonly path: string
  readonly position: SourcePosition | undefined

  constructor(code: string, message: string, place: { path: string; position?: SourcePosition }) {
    super(message)
    this.code = code
    this.path = place.path
    this.position = place.position
  }

  /** `file:line:column: actions/X: InvalidTemplate: ...` */
  get line(): string {
    const { position, path, code, message } = this
    const where = position ? `${formatPosition(position)}: ` : ''
    return `${where}${path === '' ? '' : `${path}: `}${code}: ${message}`
  }
}
