import { SourceError } from '../../base/errors.ts'
import type { NamedDeclaration, Template } from './syntax.ts'

/** The names that a file declares at its top, each once. */
export function declaredNames(template: Template): ReadonlyMap<string, NamedDeclaration> {
  const names = new Map<string, NamedDeclaration>()
  for (const declaration of namedDeclarations(template)) {
    if (names.has(declaration.name)) {
      const message = `Identifier "${declaration.name}" is declared multiple times. Remove or rename the duplicates.`
      throw new SourceError('BCP028', message, declaration.at)
    }
    names.set(declaration.name, declaration)
  }
  return names
}

// Parameters and variables of ARM templates are reached by functions and may share a name.
function namedDeclarations(template: Template): readonly NamedDeclaration[] {
  const resources = template.resources.filter((each) => !each.within)
  const deployed = [...resources, ...template.modules].filter((each) => each.name !== '')
  if (template.language === 'arm') return [...deployed, ...template.functions]
  const { parameters, variables, types, functions } = template
  return [...parameters, ...variables, ...types, ...functions, ...deployed]
}
