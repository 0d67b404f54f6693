import { SourceError, type SourcePosition } from '../../base/errors.ts'

/** A fault in a stylesheet, found when it is compiled. */
export function invalidStylesheet(message: string, position: SourcePosition): SourceError {
  return new SourceError('InvalidStylesheet', message, position)
}

/** Something that exists elsewhere but not here, told when the stylesheet is compiled. */
export function unsupportedStylesheet(message: string, position: SourcePosition): SourceError {
  return new SourceError('UnsupportedStylesheet', message, position)
}

/** A fault while a stylesheet runs, with the place of the instruction. */
export function transformFailed(message: string, position: SourcePosition): SourceError {
  return new SourceError('TransformFailed', message, position)
}
