import { int32 } from './arithmetic.ts'
import { arrayOf, DotnetGrid, elementAt, filledArray, setElement } from './arrays.ts'
import type { Binder, BoundArgument } from './binder.ts'
import type { OpenPlace, Place, Run, Value } from './bound.ts'
import { defaultValue } from './conversions.ts'
import { FaultAtOffset } from './csharp-error.ts'
import { bestCommonType } from './inference.ts'
import type { Scope } from './scope.ts'
import type { ExpressionSyntax } from './syntax.ts'
import type { Type } from './type-model.ts'

type NewArraySyntax = Extract<ExpressionSyntax, { kind: 'new-array' }>

/** The element of an array. */
export function elementValue(
  binder: Binder,
  target: Value,
  use: { list: readonly BoundArgument[]; at: number; element: Type },
): Value {
  const { list, at, element } = use
  if (list.length !== target.type.rank) {
    throw new FaultAtOffset(
      'CS0022',
      `Wrong number of indices inside []; expected ${target.type.rank}.`,
      at,
    )
  }
  const indexType = binder.world.get('System.Int32')
  const indexes = list.map(
    (argument) => binder.tryConvert(argument.operand, indexType) ?? longIndex(binder, argument),
  )
  const array = target.run
  const [index] = indexes
  if (!index) throw new FaultAtOffset('CS0443', 'Syntax error; value expected.', at)
  if (indexes.length > 1) return gridValue({ array, indexes, element, at })
  const place: Place = {
    assign: (value) => (frame) => {
      const owner = array(frame)
      const position = int32(index(frame))
      const assigned = value(frame)
      setElement(owner, position, assigned)
      return assigned
    },
    open(frame) {
      const owner = array(frame)
      const position = int32(index(frame))
      return {
        get: () => elementAt(owner, position),
        set: (value) => setElement(owner, position, value),
      }
    },
  }
  return {
    kind: 'value',
    type: element,
    run: (frame) => elementAt(array(frame), int32(index(frame))),
    at,
    place,
  }
}

function longIndex(binder: Binder, argument: BoundArgument): Run {
  const run = binder.convert(argument.operand, binder.world.get('System.Int64'))
  return (frame) => Number(run(frame))
}

function gridValue(use: { array: Run; indexes: readonly Run[]; element: Type; at: number }): Value {
  const { array, indexes, element, at } = use
  const locate: (frame: Parameters<Run>[0]) => OpenPlace = (frame) => {
    const grid = array(frame)
    if (!(grid instanceof DotnetGrid))
      return { get: () => elementAt(grid, 0), set: (value) => setElement(grid, 0, value) }
    const offset = grid.offset(indexes.map((index) => int32(index(frame))))
    return { get: () => grid.items[offset], set: (value) => void (grid.items[offset] = value) }
  }
  const place: Place = {
    assign: (value) => (frame) => {
      const open = locate(frame)
      const assigned = value(frame)
      open.set(assigned)
      return assigned
    },
    open: locate,
  }
  return { kind: 'value', type: element, run: (frame) => locate(frame).get(), at, place }
}

/** `new int[3]`, `new[] { 1, 2 }`, `new int[2, 3]`. */
export function bindNewArray(binder: Binder, syntax: NewArraySyntax, scope: Scope): Value {
  const { at, initializer } = syntax
  if (!syntax.element) return implicitArray(binder, syntax, scope)
  const element = binder.type(syntax.element, scope)
  const type = binder.world.array(element, syntax.rank)
  if (initializer)
    return { kind: 'value', type, run: binder.arrayInitializer(initializer, type, scope), at }
  const indexType = binder.world.get('System.Int32')
  const sizes = syntax.sizes.map((size) => binder.valueAs(size, indexType, scope))
  const fill = defaultValue(binder.world, element)
  const [size] = sizes
  if (!size)
    throw new FaultAtOffset(
      'CS1586',
      'Array creation must have array size or array initializer.',
      at,
    )
  if (sizes.length === 1) {
    return {
      kind: 'value',
      type,
      run: (frame) => filledArray(element.name, int32(size(frame)), fill),
      at,
    }
  }
  const run: Run = (frame) => {
    const lengths = sizes.map((one) => int32(one(frame)))
    const total = lengths.reduce((product, length) => product * length, 1)
    const items = filledArray('System.Object', total, fill)
    return new DotnetGrid(element.name, lengths, 'items' in items ? items.items : [])
  }
  return { kind: 'value', type, run, at }
}

function implicitArray(binder: Binder, syntax: NewArraySyntax, scope: Scope): Value {
  const values = (syntax.initializer?.items ?? []).flatMap((item) =>
    item.kind === 'element' ? item.values.map((value) => binder.value(value, scope)) : [],
  )
  const element = bestCommonType(
    binder,
    values.map((value) => value.type),
  )
  if (!element)
    throw new FaultAtOffset('CS0826', 'No best type found for implicitly-typed array.', syntax.at)
  const runs = values.map((value) => binder.convert(value, element))
  const run: Run = (frame) =>
    arrayOf(
      element.name,
      runs.map((one) => one(frame)),
    )
  return { kind: 'value', type: binder.world.array(element), run, at: syntax.at }
}
