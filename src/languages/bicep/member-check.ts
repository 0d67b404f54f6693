import { SourceError } from '../../base/errors.ts'
import { isGraphType } from './graph-resource.ts'
import type { ModuleDeclaration, ObjectLiteral, ResourceDeclaration } from './syntax.ts'

/** Fails for a member of a resource that no resource has. */
export function checkResourceMembers({ body, type }: ResourceDeclaration): void {
  // Those of Microsoft Graph have members of their own, which their service checks.
  if (isGraphType(type)) return
  checkAllowed(body, { of: type, allowed: resourceMembers })
}

/** Fails for a member of a module that no module has. */
export function checkModuleMembers({ body }: ModuleDeclaration): void {
  checkAllowed(body, { of: 'module', allowed: moduleMembers })
}

/** Fails when an object names a member twice. */
export function checkMemberNames(literal: ObjectLiteral): void {
  const names = new Set<string>()
  for (const member of literal.members) {
    if (member.kind === 'spread' || member.name.kind !== 'literal') continue
    const name = String(member.name.value)
    if (names.has(name)) {
      const message = `The property "${name}" is declared multiple times in this object. Remove or rename the duplicate properties.`
      throw new SourceError('BCP025', message, member.at)
    }
    names.add(name)
  }
}

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#resources */
const resourceMembers = [
  'name',
  'location',
  'tags',
  'kind',
  'sku',
  'identity',
  'properties',
  'parent',
  'scope',
  'dependsOn',
  'plan',
  'zones',
  'etag',
  'eTag',
  'managedBy',
  'managedByExtended',
  'extendedLocation',
  'placement',
]
const moduleMembers = ['name', 'scope', 'params', 'dependsOn']

// A member that nothing reads would be a typing mistake that goes unnoticed.
function checkAllowed(
  literal: ObjectLiteral,
  options: { of: string; allowed: readonly string[] },
): void {
  for (const member of literal.members) {
    if (member.kind === 'spread' || member.name.kind !== 'literal') continue
    const name = String(member.name.value)
    if (options.allowed.includes(name)) continue
    const permitted = options.allowed.map((each) => `"${each}"`).join(', ')
    const message = `The property "${name}" is not allowed on objects of type "${options.of}". Permissible properties include ${permitted}.`
    throw new SourceError('BCP037', message, member.at)
  }
}
