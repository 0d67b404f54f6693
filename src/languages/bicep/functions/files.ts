import { type Arguments, type FunctionTable, takes } from '../frame.ts'
import { resolvePath } from '../paths.ts'
import { readYaml } from '../yaml.ts'
import { type Value, isObjectValue, memberOf } from '../values.ts'
import { readJson } from './strings.ts'

/** https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-files */
export const fileFunctions: FunctionTable = {
  loadFileAsBase64: takes(1, 1, (args) => Buffer.from(read(args), 'utf8').toString('base64')),
  loadJsonContent: takes(1, 3, (args) => select(args, readJson(args, read(args)))),
  readEnvironmentVariable: takes(1, 2, (args) => {
    const value = args.frame.names.context.environment[args.text(0)]
    if (value !== undefined) return value
    if (args.has(1)) return args.text(1)
    throw args.fail(
      `environment variable "${args.text(0)}" does not exist, and no default value set.`,
    )
  }),
  loadTextContent: takes(1, 2, (args) => {
    const encoding = args.optionalText(1) ?? 'utf-8'
    if (encoding === 'utf-8' || encoding === 'us-ascii') return read(args)
    throw args.fail(`the encoding "${encoding}" is not supported.`)
  }),
  loadYamlContent: takes(1, 3, (args) => select(args, readYaml(read(args), args))),
}

function read(args: Arguments): string {
  const path = resolvePath(args.frame.names.file, args.text(0))
  const text = args.frame.names.context.readFile(path)
  if (text === undefined) {
    throw args.fail(`An error occurred reading file. Could not find file "${path}".`)
  }
  if (text.includes('\uFFFD')) throw args.fail(`"${path}" is not a text file in UTF-8.`)
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

// The second argument is a JSON path of property names and indexes.
function select(args: Arguments, whole: Value): Value {
  const path = args.has(1) && args.any(1) !== null ? args.text(1) : '$'
  const steps = path.replace(/^\$?\.?/, '').match(/[^.[\]'"]+/g) ?? []
  let value: Value | undefined = whole
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)]
    else value = isObjectValue(value) ? memberOf(value, step) : undefined
    if (value === undefined) throw args.fail(`No JSON token was found at "${path}".`)
  }
  return value
}
