import type { TargetScope } from './syntax.ts'

/** Where a template is deployed. */
export interface DeploymentScope {
  readonly kind: TargetScope
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly managementGroup: string
}

/**
 * The id of a scope: what stands before `/providers/` in the ids of its resources.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/overview#understand-scope
 */
export function scopeId(scope: DeploymentScope): string {
  switch (scope.kind) {
    case 'resourceGroup':
      return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`
    case 'subscription':
      return `/subscriptions/${scope.subscriptionId}`
    case 'managementGroup':
      return `/providers/Microsoft.Management/managementGroups/${scope.managementGroup}`
    case 'tenant':
      return ''
  }
}

/** Reads a scope's id; the id of a resource gives the group or subscription that holds it. */
export function parseScope(id: string, within: DeploymentScope): DeploymentScope {
  const group = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(id)
  if (group) {
    const [, subscriptionId = '', resourceGroup = ''] = group
    return { ...within, kind: 'resourceGroup', subscriptionId, resourceGroup }
  }
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(id)
  if (subscription) {
    return { ...within, kind: 'subscription', subscriptionId: subscription[1] ?? '' }
  }
  const management = /^\/providers\/Microsoft\.Management\/managementGroups\/([^/]+)/i.exec(id)
  if (management) {
    return { ...within, kind: 'managementGroup', managementGroup: management[1] ?? '' }
  }
  return { ...within, kind: 'tenant' }
}

/** The id of a resource of that type and those names in a scope. */
export function resourceId(scope: string, type: string, names: readonly string[]): string {
  const [namespace = '', ...types] = type.split('/')
  const lower = type.toLowerCase()
  const [only = ''] = names
  if (lower === 'microsoft.resources/resourcegroups' && names.length === 1) {
    return `${scope.replace(/\/resourceGroups\/.*$/i, '')}/resourceGroups/${only}`
  }
  if (lower === 'microsoft.resources/subscriptions' && names.length === 1) {
    return `/subscriptions/${only}`
  }
  const path = types.map((each, index) => `${each}/${names[index] ?? ''}`).join('/')
  return `${scope}/providers/${namespace}/${path}`
}

/** A resource's id taken apart: what holds it, its type and its names. */
export interface ParsedId {
  readonly scope: string
  readonly type: string
  readonly names: readonly string[]
}

/** Takes an id apart; `undefined` when it is not the id of a resource. */
export function parseResourceId(id: string): ParsedId | undefined {
  const group = /^(\/subscriptions\/[^/]+)\/resourceGroups\/([^/]+)$/i.exec(id)
  if (group) {
    const [, scope = '', name = ''] = group
    return { scope, type: 'Microsoft.Resources/resourceGroups', names: [name] }
  }
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(id)
  if (subscription) {
    return { scope: '', type: 'Microsoft.Resources/subscriptions', names: [subscription[1] ?? ''] }
  }
  const at = id.toLowerCase().lastIndexOf('/providers/')
  if (at < 0) return undefined
  const [namespace, ...rest] = id.slice(at + '/providers/'.length).split('/')
  if (!namespace || rest.length === 0 || rest.length % 2 !== 0 || rest.includes(''))
    return undefined
  const types = rest.filter((_, index) => index % 2 === 0)
  const names = rest.filter((_, index) => index % 2 === 1)
  return { scope: id.slice(0, at), type: [namespace, ...types].join('/'), names }
}
