import type { Annotation } from './annotations.ts'
import type { FlatField, FlatNode, FlatRecord } from './flat-file-schema.ts'

/** What a schema says for all its records and fields. */
export interface Defaults {
  readonly info: Annotation
  readonly delimiter: string | undefined
  readonly repeating: string | undefined
  readonly order: FlatRecord['order'] | undefined
  readonly escape: string | undefined
  readonly wrap: string | undefined
  readonly pad: string
  readonly hidesEmpty: boolean
  readonly endsEarly: boolean
}

const orders = ['prefix', 'infix', 'postfix', 'default', 'conditional'] as const

/** https://learn.microsoft.com/biztalk/core/technical-reference/schema-node-properties */
export function readDefaults(info: Annotation): Defaults {
  if (info.flag('count_positions_by_byte', false))
    throw info.unsupported(`'count_positions_by_byte' is not supported: positions are characters.`)
  const textCase = info.text('case')
  if (textCase !== undefined && textCase !== '')
    throw info.unsupported(`'case' is not supported: text stays as it is.`)
  const order = info.choice('default_child_order', orders)
  // The editor writes the types of some defaults under the names of those of records and fields.
  const standard = (name: string) => {
    const value = info.text(`default_${name}`)
    if (value === undefined) return undefined
    const type = info.text(`default_${name}_type`) ?? info.text(`${name}_type`)
    return info.written(`default_${name}`, value, type?.toLowerCase())
  }
  const generates = info.flag('generate_empty_nodes', true)
  return {
    info,
    delimiter: standard('child_delimiter'),
    repeating: standard('repeating_delimiter'),
    order: order === 'default' || order === 'conditional' ? undefined : order,
    escape: standard('escape_char'),
    wrap: standard('wrap_char'),
    pad: standard('pad_char') || ' ',
    hidesEmpty: info.flag('suppress_empty_nodes', false) || !generates,
    endsEarly: info.flag('allow_early_termination', false),
  }
}

const recordNames = new Set([
  'structure',
  'child_delimiter',
  'child_delimiter_type',
  'child_order',
  'repeating_delimiter',
  'repeating_delimiter_type',
  'tag_name',
  'tag_offset',
  'escape_char',
  'escape_char_type',
  'pos_offset',
  'preserve_delimiter_for_empty_data',
  'suppress_trailing_delimiters',
  'sequence_number',
  'notes',
  'rootTypeName',
])

type RecordLayout = Omit<
  FlatRecord,
  'kind' | 'children' | 'name' | 'namespace' | 'minOccurs' | 'maxOccurs' | 'sequence'
>

/** https://learn.microsoft.com/biztalk/core/technical-reference/supplemental-node-properties-for-flat-file-schemas */
export function recordLayout(
  info: Annotation,
  children: readonly FlatNode[],
  defaults: Defaults,
): RecordLayout {
  info.allow(recordNames)
  const structure = info.choice('structure', ['delimited', 'positional']) ?? 'delimited'
  const tag = info.text('tag_name') ?? ''
  const tagOffset = info.text('tag_offset') === undefined ? undefined : info.count('tag_offset')
  const order = info.choice('child_order', orders)
  const chosen = order === 'conditional' || order === 'default' ? undefined : order
  const conditional = tag === '' ? ('infix' as const) : ('prefix' as const)
  const layout = {
    structure,
    delimiter: info.characters('child_delimiter', defaults.delimiter) ?? '',
    repeating: info.characters('repeating_delimiter', defaults.repeating) ?? '',
    order:
      chosen ?? (order === 'default' ? defaults.order : undefined) ?? defaults.order ?? conditional,
    tag,
    tagOffset,
    escape: info.characters('escape_char', defaults.escape) ?? '',
    offset: info.count('pos_offset'),
    keepsEmptyDelimiters: info.flag('preserve_delimiter_for_empty_data', true),
    dropsTrailingDelimiters: info.flag('suppress_trailing_delimiters', false),
  }
  if (structure === 'positional') checkPositional(info, children)
  else if (tagOffset !== undefined && tagOffset > 0)
    throw info.unsupported(`'tag_offset' is not supported for delimited records.`)
  return layout
}

function checkPositional(info: Annotation, children: readonly FlatNode[]): void {
  for (const child of children) {
    if (child.kind === 'field' && child.length === 0)
      throw info.invalid(`The field '${child.name}' of a positional record needs a 'pos_length'.`)
    if (child.kind === 'record' && child.structure === 'delimited')
      throw info.invalid(`The record '${child.name}' in a positional record must be positional.`)
    if (child.kind === 'group') checkPositional(info, child.children)
  }
}

const fieldNames = new Set([
  'pos_length',
  'pos_offset',
  'justification',
  'pad_char',
  'pad_char_type',
  'min_length_with_pad',
  'min_length_with_pad_char',
  'wrap_char',
  'wrap_char_type',
  'sequence_number',
  'notes',
])

type FieldLayout = Pick<
  FlatField,
  'length' | 'offset' | 'justification' | 'pad' | 'minLength' | 'wrap'
>

/** https://learn.microsoft.com/biztalk/core/technical-reference/supplemental-node-properties-for-flat-file-schemas */
export function fieldLayout(info: Annotation, defaults: Defaults): FieldLayout {
  info.allow(fieldNames)
  const pad = info.characters('pad_char', defaults.pad)
  return {
    length: info.count('pos_length'),
    offset: info.count('pos_offset'),
    justification: info.choice('justification', ['left', 'right']) ?? 'left',
    pad: pad || defaults.pad,
    minLength: info.count('min_length_with_pad') || info.count('min_length_with_pad_char'),
    wrap: info.characters('wrap_char', defaults.wrap) ?? '',
  }
}
