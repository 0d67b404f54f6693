import type { Arguments } from './frame.ts'
import type { Value } from './values.ts'

export function readYaml(_text: string, args: Arguments): Value {
  throw args.fail('YAML files are not supported.')
}
