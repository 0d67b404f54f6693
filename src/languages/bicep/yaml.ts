import { parse } from 'yaml'
import { type JsonValue, parseJson } from '../../base/json.ts'
import { messageOf } from '../../base/errors.ts'
import type { Arguments } from './frame.ts'

/** Reads YAML text as JSON has it. */
export function readYaml(text: string, args: Arguments): JsonValue {
  try {
    return parseJson(JSON.stringify(parse(text) ?? null))
  } catch (error) {
    throw args.fail(`the text is not valid YAML: ${messageOf(error).split('\n')[0] ?? ''}`)
  }
}
