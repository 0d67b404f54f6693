import type { Definition } from './entities.ts'

/** A rule of a subscription, ready to be asked. */
export interface Rule {
  readonly name: string
  readonly definition: Definition
}

export function parseRule(definition: Definition): Rule {
  return { name: definition.path.slice(definition.path.lastIndexOf('/') + 1), definition }
}
