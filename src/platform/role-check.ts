import { objectMember, stringMember, type JsonObject } from '../base/json.ts'
import type { AppliedResource } from '../services/resource-manager/service.ts'
import { builtInRole } from './wiring/enforced-roles.ts'
import type { CheckedFeature } from './project-check.ts'

const assignmentType = 'microsoft.authorization/roleassignments'
const definitionType = 'microsoft.authorization/roledefinitions'

/** True for a resource whose effect depends on the role that it is about, which only the deployment tells. */
export function isAboutRoles(type: string): boolean {
  return [assignmentType, definitionType].includes(type.toLowerCase())
}

/** Which role assignments of a deployment change what is allowed here. */
export function checkRoles(
  resources: readonly AppliedResource[],
  template: string,
): readonly CheckedFeature[] {
  const ofType = (wanted: string) => resources.filter(({ type }) => type.toLowerCase() === wanted)
  const custom = new Map(ofType(definitionType).map(({ id, body }) => [lastOf(id), roleName(body)]))
  const definitions = [...custom.values()].map((name): CheckedFeature => {
    return {
      class: 'modelled',
      text: `Microsoft.Authorization/roleDefinitions ${name}`,
      at: template,
    }
  })
  const assignments = ofType(assignmentType).map(({ id, body }): CheckedFeature => {
    const role = lastOf(stringMember(objectMember(body, 'properties'), 'roleDefinitionId') ?? '')
    const { name, isEnforced } = builtInRole(role)
    const scope = lastOf(id.slice(0, id.toLowerCase().lastIndexOf('/providers/')))
    const text = `Microsoft.Authorization/roleAssignments ${custom.get(role) ?? name} on ${scope}`
    if (isEnforced || custom.has(role)) return { class: 'modelled', text, at: template }
    return { class: 'inert', text: `${text}: no service here asks for this role`, at: template }
  })
  return [...definitions, ...assignments]
}

function roleName(body: JsonObject): string {
  const { properties } = body
  return stringMember(properties, 'roleName') ?? ''
}

function lastOf(id: string): string {
  return id.split('/').at(-1)?.toLowerCase() ?? ''
}
