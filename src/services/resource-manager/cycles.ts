import { SourceError, formatPosition } from '../../base/errors.ts'
import type { DeployedDeclaration } from '../../languages/bicep/dependencies.ts'

/** Fails when resources wait for each other in a ring, and names each with its place. */
export function checkCycles(
  dependencies: ReadonlyMap<DeployedDeclaration, ReadonlySet<DeployedDeclaration>>,
): void {
  const done = new Set<DeployedDeclaration>()
  const path: DeployedDeclaration[] = []
  function visit(declaration: DeployedDeclaration): void {
    if (done.has(declaration)) return
    if (path.includes(declaration)) throw cycle(path.slice(path.indexOf(declaration)))
    path.push(declaration)
    for (const each of dependencies.get(declaration) ?? []) visit(each)
    path.pop()
    done.add(declaration)
  }
  for (const declaration of dependencies.keys()) visit(declaration)
}

function cycle(ring: readonly DeployedDeclaration[]): SourceError {
  const [first] = ring
  const steps = ring.map((each) => `${labelOf(each)} (${formatPosition(each.at)})`)
  const path = [...steps, ...(first ? [labelOf(first)] : [])].join(' -> ')
  const at = first?.at ?? { line: 1, column: 1 }
  return new SourceError('BCP080', `The expression is involved in a cycle (${path}).`, at)
}

// Resources of ARM templates often have no symbolic name.
function labelOf(declaration: DeployedDeclaration): string {
  if (declaration.name !== '') return `"${declaration.name}"`
  return declaration.kind === 'resource' ? `"${declaration.type}"` : '"deployment"'
}
