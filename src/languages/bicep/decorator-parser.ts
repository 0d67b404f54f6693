import { parseOperands } from './expression-parser.ts'
import type { Decorator } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/** Reads the `@name(...)` lines before a declaration. */
export function parseDecorators(reader: TokenReader): Decorator[] {
  const decorators: Decorator[] = []
  while (reader.is('@')) {
    const at = reader.next().at
    let name = reader.expectIdentifier('a decorator').text
    if ((name === 'sys' || name === 'az') && reader.take('.')) {
      name = reader.expectIdentifier('a decorator').text
    }
    decorators.push({ name, operands: parseOperands(reader), at })
    reader.skipNewlines()
  }
  return decorators
}
