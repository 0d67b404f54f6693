import { posix } from 'node:path'

/** The path of a file that another file names: relative to the folder of the file that names it. */
export function resolvePath(from: string, path: string): string {
  const forward = path.replaceAll('\\', '/')
  return posix.isAbsolute(forward)
    ? forward
    : posix.normalize(posix.join(posix.dirname(from), forward))
}
