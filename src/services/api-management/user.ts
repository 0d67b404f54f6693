import { stringMember } from '../../base/json.ts'
import type { EntityKind } from './entity-kind.ts'
import { validationError } from './errors.ts'

/** https://learn.microsoft.com/rest/api/apimanagement/user */
export const userKind: EntityKind = {
  kind: 'users',
  label: 'User',
  accept({ holder, names: [id = ''], fields, properties, old }) {
    const email = fields.requiredText('email')
    const twin = holder
      .list('users')
      .find((each) => stringMember(each.properties, 'email')?.toLowerCase() === email.toLowerCase())
    if (twin && twin.names[0]?.toLowerCase() !== id.toLowerCase()) {
      const message = `A user with the email '${email}' exists already.`
      throw validationError([{ target: 'email', message }])
    }
    const { password: _password, ...others } = properties
    return {
      ...others,
      firstName: fields.requiredText('firstName'),
      lastName: fields.requiredText('lastName'),
      email,
      state:
        fields.choice('state', ['active', 'blocked', 'pending', 'deleted']) ??
        old?.properties['state'] ??
        'active',
      identities: [{ provider: 'Basic', id: email }],
    }
  },
}
