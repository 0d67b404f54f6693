import { Tuple } from '../../dotnet/tuple.ts'
import { declareType, type Call, type Implementation, type TypeDeclaration } from '../type-model.ts'
import { callOf, instance } from './guards.ts'

type Members = Record<string, Implementation>

const itemCounts = [1, 2, 3, 4, 5, 6, 7]

/** System.Tuple. */
export const tupleTypes: readonly TypeDeclaration[] = [
  declareType('class System.Tuple', creators()),
  ...itemCounts.map((count) => {
    const letters = lettersOf(count)
    return declareType(`class System.Tuple<${letters.join(',')}>`, {
      ...items(count),
      [`new(${parametersOf(letters)})`]: (...values) =>
        make(values, ownTypes(callOf(values.at(-1)))),
    })
  }),
  declareType('class System.Tuple<T1,T2,T3,T4,T5,T6,T7,TRest>', {
    ...items(7),
    'TRest Rest': (self) => instance(self, Tuple).items[7],
    [`new(${parametersOf(lettersOf(7))}, TRest rest)`]: (...values) =>
      make(values, ownTypes(callOf(values.at(-1)))),
  }),
]

function creators(): Members {
  const members: Members = {
    'static Tuple<T1,T2,T3,T4,T5,T6,T7,Tuple<T8>> Create<T1,T2,T3,T4,T5,T6,T7,T8>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7, T8 item8)':
      (...values) => {
        const types = callOf(values.at(-1)).types.map((type) => type.name)
        const rest = new Tuple(types.slice(7), values.slice(7, -1))
        return new Tuple([...types.slice(0, 7), rest.typeName], [...values.slice(0, 7), rest])
      },
  }
  for (const count of itemCounts) {
    const letters = lettersOf(count)
    const list = letters.join(',')
    members[`static Tuple<${list}> Create<${list}>(${parametersOf(letters)})`] = (...values) =>
      make(
        values,
        callOf(values.at(-1)).types.map((type) => type.name),
      )
  }
  return members
}

function items(count: number): Members {
  const members: Members = { 'string ToString()': (self) => instance(self, Tuple).toString() }
  for (const [index, letter] of lettersOf(count).entries())
    members[`${letter} Item${index + 1}`] = (self) => instance(self, Tuple).items[index]
  return members
}

function make(values: readonly unknown[], types: readonly string[]): Tuple {
  return new Tuple(types, values.slice(0, -1))
}

function ownTypes({ owner }: Call): string[] {
  return owner.arguments.map((type) => type.name)
}

function lettersOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `T${index + 1}`)
}

function parametersOf(letters: readonly string[]): string {
  return letters.map((letter, index) => `${letter} item${index + 1}`).join(', ')
}
