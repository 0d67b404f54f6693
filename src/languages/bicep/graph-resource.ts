/**
 * Resources of the extension for Microsoft Graph have no name: what a template says of them tells which one is meant.
 * https://learn.microsoft.com/graph/templates/bicep/reference/overview
 */
const keys: Readonly<Record<string, readonly string[]>> = {
  'microsoft.graph/applications': ['uniqueName'],
  'microsoft.graph/groups': ['uniqueName'],
  'microsoft.graph/users': ['userPrincipalName'],
  'microsoft.graph/serviceprincipals': ['appId'],
  'microsoft.graph/approleassignedto': ['resourceId', 'principalId', 'appRoleId'],
  'microsoft.graph/oauth2permissiongrants': ['clientId', 'resourceId', 'consentType'],
}

/** True for a type of that extension. */
export function isGraphType(type: string): boolean {
  return /^microsoft\.graph\//i.test(type)
}

/** The members that tell which resource of a type is meant; none for types that are not known. */
export function graphKeys(type: string): readonly string[] {
  return keys[type.toLowerCase()] ?? []
}

/** Where the deployment keeps a resource; the `id` that templates read is another, of Microsoft Graph. */
export function graphResourceId(type: string, values: readonly string[]): string {
  return `/providers/${type}/${values.map(encodeURIComponent).join(',')}`
}
