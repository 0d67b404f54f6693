/** True when code makes a lambda or a local function somewhere, which may keep the variables around it. */
export function makesClosures(syntax: unknown): boolean {
  if (typeof syntax !== 'object' || syntax === null) return false
  if (Array.isArray(syntax)) return syntax.some(makesClosures)
  if ('kind' in syntax && (syntax.kind === 'lambda' || syntax.kind === 'function')) return true
  return Object.values(syntax).some(makesClosures)
}
