import { systemException } from '../dotnet/exceptions.ts'
import { enumerate } from '../dotnet/sequence.ts'

/** The elements of anything that can be read in order; a null throws the named exception. */
export function iterate(source: unknown, whenNull: string): Iterable<unknown> {
  if (source === null || source === undefined) throw systemException(whenNull)
  return enumerate(source)
}
