import { DateTime } from '../../dotnet/date-time.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import { displayText } from '../../dotnet/format.ts'
import { Guid } from '../../dotnet/guid.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { TimeSpan } from '../../dotnet/time-span.ts'
import { Uri } from '../../dotnet/uri.ts'
import { DotnetArray, DotnetEnum } from '../../dotnet/value.ts'
import type { PolicyUrl } from '../policy-context.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { readBody, readForm, writeForm } from './body-content.ts'
import { castObject } from './casting.ts'
import { certificateOf } from './certificates.ts'
import { MappedValues, TextLists } from './context-dictionaries.ts'
import { context, named } from './context-guards.ts'
import { defaultOf } from './defaults.ts'
import { lookup } from './dictionary-types.ts'
import { bool, callOf, given, reference, textOrNull } from './guards.ts'
import { basicOf, jwtOf } from './tokens.ts'

type Members = Record<string, Implementation>

const productStates = ['NotPublished', 'Published']

function dateOf(ms: number | null): DateTime | null {
  return ms === null ? null : DateTime.fromUnixMilliseconds(ms)
}

function arrayOf(typeName: string, items: readonly unknown[]): DotnetArray {
  return new DotnetArray(typeName, [...items])
}

/**
 * The `context` variable and what hangs on it.
 * https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#context-variable
 */
export const contextTypes: readonly TypeDeclaration[] = [
  declareType('interface IExpressionContext', {
    'IApi Api': (self) => context(self).api,
    'IDeployment Deployment': (self) => context(self).deployment,
    'TimeSpan Elapsed': (self) => TimeSpan.from(context(self).elapsedMs, 'milliseconds'),
    'ILastError LastError': (self) => context(self).lastError,
    'IOperation Operation': (self) => context(self).operation,
    'IProduct Product': (self) => context(self).product,
    'IRequest Request': (self) => context(self).request,
    'Guid RequestId': (self) => Guid.parse(context(self).requestId),
    'IResponse Response': (self) => context(self).response,
    'ISubscription Subscription': (self) => context(self).subscription,
    'DateTime Timestamp': (self) => dateOf(context(self).timestampMs),
    'bool Tracing': (self) => context(self).tracing,
    'IUser User': (self) => context(self).user,
    'IWorkspace Workspace': (self) => context(self).workspace ?? null,
    'IVariables Variables': (self) => new MappedValues(context(self).variables, 'System.Object'),
    'void Trace(string message)': (self, message) => context(self).trace(textOrNull(message) ?? ''),
  }),
  declareType('hidden interface IVariables : IReadOnlyDictionary<string,object>', {
    'object this[string key]': (self, key) =>
      (self instanceof MappedValues ? self : lookup(self)).tryGet(given(key, 'key')) ?? null,
  }),
  declareType('interface IRequest', {
    'IMessageBody Body': (self) => named(self, 'IRequest').body,
    'X509Certificate2 Certificate': (self) => certificateOf(named(self, 'IRequest').certificate),
    'IReadOnlyDictionary<string,string[]> Headers': (self) =>
      new TextLists(named(self, 'IRequest').headers),
    'string IpAddress': (self) => named(self, 'IRequest').ipAddress,
    'IReadOnlyDictionary<string,string> MatchedParameters': (self) =>
      new MappedValues(named(self, 'IRequest').matchedParameters, 'System.String'),
    'string Method': (self) => named(self, 'IRequest').method,
    'IUrl OriginalUrl': (self) => named(self, 'IRequest').originalUrl,
    'IUrl Url': (self) => named(self, 'IRequest').url,
    'IPrivateEndpointConnection PrivateEndpointConnection': (self) =>
      named(self, 'IRequest').privateEndpointConnection ?? null,
  }),
  declareType('interface IResponse', {
    'IMessageBody Body': (self) => named(self, 'IResponse').body,
    'IReadOnlyDictionary<string,string[]> Headers': (self) =>
      new TextLists(named(self, 'IResponse').headers),
    'int StatusCode': (self) => named(self, 'IResponse').statusCode,
    'string StatusReason': (self) => named(self, 'IResponse').statusReason,
  }),
  declareType('interface IMessageBody', {
    'T As<T>(bool preserveContent = false)': (self, preserve, call) =>
      readBody(named(self, 'IMessageBody'), callOf(call).types[0]?.name ?? '', bool(preserve)),
    'IDictionary<string,IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)': (
      self,
      preserve,
    ) => readForm(named(self, 'IMessageBody'), bool(preserve)),
  }),
  declareType('interface IUrl', {
    'string Host': (self) => named(self, 'IUrl').host,
    'string Path': (self) => named(self, 'IUrl').path,
    'int Port': (self) => named(self, 'IUrl').port,
    'IReadOnlyDictionary<string,string[]> Query': (self) =>
      new TextLists(named(self, 'IUrl').query),
    'string QueryString': (self) => named(self, 'IUrl').queryString,
    'string Scheme': (self) => named(self, 'IUrl').scheme,
    'Uri ToUri()': (self) => new Uri(urlText(named(self, 'IUrl'))),
    'string ToString()': (self) => urlText(named(self, 'IUrl')),
  }),
  ...entityTypes(),
  ...callerTypes(),
  declareType('static PolicyExtensions', extensionMembers()),
]

function urlText(url: PolicyUrl): string {
  const usual = url.scheme === 'https' ? 443 : 80
  const port = url.port === usual ? '' : `:${url.port}`
  return `${url.scheme}://${url.host}${port}${url.path}${url.queryString}`
}

function entityTypes(): TypeDeclaration[] {
  return [
    declareEnum('ProductState', { NotPublished: 0, Published: 1 }),
    declareType('interface IApi', {
      'string Id': (self) => named(self, 'IApi').id,
      'string Name': (self) => named(self, 'IApi').name,
      'string Path': (self) => named(self, 'IApi').path,
      'IEnumerable<string> Protocols': (self) =>
        arrayOf('System.String', named(self, 'IApi').protocols),
      'string Revision': (self) => named(self, 'IApi').revision,
      'string Version': (self) => named(self, 'IApi').version,
      'bool IsCurrentRevision': (self) => named(self, 'IApi').isCurrentRevision,
      'IUrl ServiceUrl': (self) => named(self, 'IApi').serviceUrl,
      'ISubscriptionKeyParameterNames SubscriptionKeyParameterNames': (self) =>
        named(self, 'IApi').subscriptionKeyParameterNames,
    }),
    declareType('interface ISubscriptionKeyParameterNames', {
      'string Header': (self) => textMember(self, 'header'),
      'string Query': (self) => textMember(self, 'query'),
    }),
    declareType('interface IOperation', {
      'string Id': (self) => named(self, 'IOperation').id,
      'string Method': (self) => named(self, 'IOperation').method,
      'string Name': (self) => named(self, 'IOperation').name,
      'string UrlTemplate': (self) => named(self, 'IOperation').urlTemplate,
    }),
    declareType('interface IProduct', {
      'IEnumerable<IApi> Apis': (self) => arrayOf('IApi', named(self, 'IProduct').apis),
      'bool ApprovalRequired': (self) => named(self, 'IProduct').approvalRequired,
      'IEnumerable<IGroup> Groups': (self) => arrayOf('IGroup', named(self, 'IProduct').groups),
      'string Id': (self) => named(self, 'IProduct').id,
      'string Name': (self) => named(self, 'IProduct').name,
      'ProductState State': (self) => {
        const { state } = named(self, 'IProduct')
        return new DotnetEnum('ProductState', state, productStates.indexOf(state))
      },
      'int? SubscriptionLimit': (self) => named(self, 'IProduct').subscriptionLimit,
      'bool SubscriptionRequired': (self) => named(self, 'IProduct').subscriptionRequired,
      'IWorkspace Workspace': (self) => named(self, 'IProduct').workspace ?? null,
    }),
    declareType('interface IWorkspace', {
      'string Id': (self) => named(self, 'IWorkspace').id,
      'string Name': (self) => named(self, 'IWorkspace').name,
    }),
    declareType('interface IDeployment', {
      'string GatewayId': (self) => named(self, 'IDeployment').gatewayId,
      'string Region': (self) => named(self, 'IDeployment').region,
      'string ServiceId': (self) => named(self, 'IDeployment').serviceId,
      'string ServiceName': (self) => named(self, 'IDeployment').serviceName,
      'IGateway Gateway': (self) => named(self, 'IDeployment').gateway,
      'IReadOnlyDictionary<string,X509Certificate2> Certificates': (self) =>
        new MappedValues(
          named(self, 'IDeployment').certificates,
          'System.Security.Cryptography.X509Certificates.X509Certificate2',
          certificateOf,
        ),
    }),
    declareType('interface IGateway', {
      'string Id': (self) => textMember(self, 'id'),
      'string InstanceId': (self) => textMember(self, 'instanceId'),
      'bool IsManaged': (self) => memberOf(self, 'isManaged') === true,
    }),
  ]
}

function memberOf(self: unknown, name: string): unknown {
  if (typeof self !== 'object' || self === null) throw systemException('NullReferenceException')
  return new Map<string, unknown>(Object.entries(self)).get(name)
}

function textMember(self: unknown, name: string): string | null {
  return textOrNull(memberOf(self, name))
}

function callerTypes(): TypeDeclaration[] {
  return [
    declareType('interface ISubscription', {
      'DateTime CreatedDate': (self) => dateOf(named(self, 'ISubscription').createdDateMs),
      'DateTime? EndDate': (self) => dateOf(named(self, 'ISubscription').endDateMs),
      'string Id': (self) => named(self, 'ISubscription').id,
      'string Key': (self) => named(self, 'ISubscription').key,
      'string Name': (self) => named(self, 'ISubscription').name,
      'string PrimaryKey': (self) => named(self, 'ISubscription').primaryKey,
      'string SecondaryKey': (self) => named(self, 'ISubscription').secondaryKey,
      'DateTime? StartDate': (self) => dateOf(named(self, 'ISubscription').startDateMs),
    }),
    declareType('interface IUser', {
      'string Email': (self) => named(self, 'IUser').email,
      'string FirstName': (self) => named(self, 'IUser').firstName,
      'IEnumerable<IGroup> Groups': (self) => arrayOf('IGroup', named(self, 'IUser').groups),
      'string Id': (self) => named(self, 'IUser').id,
      'IEnumerable<IUserIdentity> Identities': (self) =>
        arrayOf('IUserIdentity', named(self, 'IUser').identities),
      'string LastName': (self) => named(self, 'IUser').lastName,
      'string Note': (self) => named(self, 'IUser').note,
      'DateTime RegistrationDate': (self) => dateOf(named(self, 'IUser').registrationDateMs),
    }),
    declareType('interface IGroup', {
      'string Id': (self) => named(self, 'IGroup').id,
      'string Name': (self) => named(self, 'IGroup').name,
    }),
    declareType('interface IUserIdentity', {
      'string Id': (self) => named(self, 'IUserIdentity').id,
      'string Provider': (self) => named(self, 'IUserIdentity').provider,
    }),
    declareType('interface IPrivateEndpointConnection', {
      'string Name': (self) => named(self, 'IPrivateEndpointConnection').name,
      'string GroupId': (self) => named(self, 'IPrivateEndpointConnection').groupId,
      'string MemberName': (self) => named(self, 'IPrivateEndpointConnection').memberName,
    }),
    declareType('interface ILastError', lastErrorMembers()),
    declareType('class Jwt', {
      'string Algorithm': (self) => named(self, 'Jwt').algorithm,
      'IEnumerable<string> Audiences': (self) =>
        arrayOf('System.String', named(self, 'Jwt').audiences),
      'IReadOnlyDictionary<string,string[]> Claims': (self) =>
        new TextLists(named(self, 'Jwt').claims),
      'DateTime? ExpirationTime': (self) => dateOf(named(self, 'Jwt').expirationTimeMs),
      'string Id': (self) => named(self, 'Jwt').id,
      'string Issuer': (self) => named(self, 'Jwt').issuer,
      'DateTime? IssuedAt': (self) => dateOf(named(self, 'Jwt').issuedAtMs),
      'DateTime? NotBefore': (self) => dateOf(named(self, 'Jwt').notBeforeMs),
      'string Subject': (self) => named(self, 'Jwt').subject,
      'string Type': (self) => named(self, 'Jwt').type,
    }),
    declareType('class Authorization', {
      'string AccessToken': (self) => named(self, 'Authorization').accessToken,
      'IReadOnlyDictionary<string,object> Claims': (self) =>
        new MappedValues(named(self, 'Authorization').claims, 'System.Object'),
    }),
    declareType('class BasicAuthCredentials', {
      'string UserId': (self) => named(self, 'BasicAuthCredentials').userId,
      'string Password': (self) => named(self, 'BasicAuthCredentials').password,
    }),
  ]
}

function lastErrorMembers(): Members {
  const members: Members = {}
  for (const name of [
    'Source',
    'Reason',
    'Message',
    'Scope',
    'Section',
    'Path',
    'PolicyId',
  ] as const) {
    const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`
    members[`string ${name}`] = (self) => textMember(named(self, 'ILastError'), member)
  }
  return members
}

function joined(self: unknown, key: unknown, fallback: unknown): unknown {
  if (self instanceof TextLists) return self.texts(given(key, 'key'))?.join(',') ?? fallback
  const found = lookup(self).tryGet(given(key, 'key'))
  return found === undefined ? fallback : Array.from(enumerate(found), displayText).join(',')
}

/** What Azure adds to strings, dictionaries and bodies. */
function extensionMembers(): Members {
  return {
    'static string GetValueOrDefault(this IReadOnlyDictionary<string,string[]> dictionary, string key)':
      (self, key) => joined(self, key, null),
    'static string GetValueOrDefault(this IReadOnlyDictionary<string,string[]> dictionary, string key, string defaultValue)':
      joined,
    'static V GetValueOrDefault<V>(this IReadOnlyDictionary<string,V> dictionary, string key)': (
      self,
      key,
      call,
    ) => lookup(self).tryGet(given(key, 'key')) ?? defaultOf(callOf(call).types[0]),
    'static string GetValueOrDefault(this IReadOnlyDictionary<string,string> dictionary, string key, string defaultValue)':
      (self, key, fallback) => lookup(self).tryGet(given(key, 'key')) ?? fallback,
    'static object GetValueOrDefault(this IReadOnlyDictionary<string,object> dictionary, string key)':
      (self, key) => lookup(self).tryGet(given(key, 'key')) ?? null,
    'static T GetValueOrDefault<T>(this IVariables dictionary, string key)': (self, key, call) =>
      variable(self, key, { call, fallback: undefined }),
    'static T GetValueOrDefault<T>(this IVariables dictionary, string key, T defaultValue)': (
      self,
      key,
      fallback,
      call,
    ) => variable(self, key, { call, fallback }),
    'static BasicAuthCredentials AsBasic(this string input)': (input) => basicOf(textOrNull(input)),
    'static bool TryParseBasic(this string input, out BasicAuthCredentials result)': (
      input,
      out,
    ) => {
      reference(out).value = basicOf(textOrNull(input))
      return reference(out).value !== null
    },
    'static Jwt AsJwt(this string input)': (input) => jwtOf(textOrNull(input)),
    'static bool TryParseJwt(this string input, out Jwt result)': (input, out) => {
      reference(out).value = jwtOf(textOrNull(input))
      return reference(out).value !== null
    },
    'static string ToFormUrlEncodedContent(this IDictionary<string,IList<string>> form)': (form) =>
      writeForm(form),
  }
}

function variable(self: unknown, key: unknown, use: { call: unknown; fallback: unknown }): unknown {
  const call = callOf(use.call)
  const [type] = call.types
  const found = lookup(self).tryGet(given(key, 'key'))
  if (found === undefined) return use.fallback === undefined ? defaultOf(type) : use.fallback
  return type ? castObject(call.world, found, type) : found
}
