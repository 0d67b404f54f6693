/**
 * Reads the parameters of the path behind the address of a trigger: `/customers/{id}`; `undefined` when it does not fit.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint#accept-parameter-values-through-your-endpoint-url
 */
export function matchRelativePath(
  template: string,
  path: string,
): Record<string, string> | undefined {
  const wanted = segmentsOf(template)
  const given = segmentsOf(path)
  if (wanted.length !== given.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? ''
    const name = /^\{(.+)\}$/.exec(segment)?.[1]
    if (name !== undefined) values[name] = decoded(value)
    else if (decoded(value).toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return values
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
