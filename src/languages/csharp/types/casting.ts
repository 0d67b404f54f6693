import { systemException } from '../../dotnet/exceptions.ts'
import { typeNameOf } from '../../dotnet/types.ts'
import { defaultValue, isInstance } from '../conversions.ts'
import type { Type } from '../type-model.ts'
import type { TypeWorld } from '../type-world.ts'

/** A cast in generic code, `(T)(object)value`: unboxes to exactly T. */
export function castObject(world: TypeWorld, value: unknown, type: Type): unknown {
  if (value === null || value === undefined) {
    if (defaultValue(world, type) !== null) throw systemException('NullReferenceException')
    return null
  }
  if (isInstance(world, value, type)) return value
  throw systemException(
    'InvalidCastException',
    `Unable to cast object of type '${typeNameOf(value)}' to type '${type.name}'.`,
  )
}
